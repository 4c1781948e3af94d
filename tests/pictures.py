"""Sample mails, and how Chromium shows them: for the tests, and for the pictures in ``docs/pictures``.

    python -m tests.pictures      # renews docs/pictures/mail-*.png (needs chromium, fonts-noto-cjk)

Every post here is invented.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from crawler.model import ChangeKind, Evidence, Fact, FactType, Hunk, HunkOp, Notice, Verdict
from crawler.notifier.message import compose_mail
from tests.notices import NOW, make_change, make_incident, make_mass, make_notice, make_observation, make_summary

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
PUBLIC_URL = "https://gazette.example.org"


def pieces(field: str, *parts: str | tuple[str, str]) -> tuple[Hunk, ...]:
    """Text that stayed, and pairs of what was and what is."""
    return tuple(
        Hunk(field=field, op=HunkOp.EQUAL, before=part, after=part)
        if isinstance(part, str)
        else Hunk(field=field, op=HunkOp.REPLACE, before=part[0], after=part[1])
        for part in parts
    )


def fact(kind: str, before: str, after: str | None = None) -> Fact:
    return Fact(type=FactType(kind), field="body", before=before if after else None, after=after or before)


CHINESE = make_change(
    "zh",
    source_title="某区人民政府 要闻",
    article=make_summary(title="全区前三季度经济运行情况", url="https://www.example.gov.cn/xw/post_2928471.html"),
    significance=0.9,
    facts=(fact("percent", "11%", "1.1%"), fact("negation", "可以", "不得"), fact("date", "12月31日", "11月30日")),
    diff=pieces(
        "body",
        "前三季度，全区实现地区生产总值同比增长",
        ("11%", "1.1%"),
        "，增速居全市首位。规模以上工业增加值增长6.8%。各单位",
        ("可以", "不得"),
        "自行组织招聘，申报截止日期为",
        ("12月31日", "11月30日"),
        "。",
    ),
)
JAPANESE = make_change(
    "ja",
    source="ministry",
    source_title="某省 報道発表資料",
    article=make_summary(
        id="ja", title="補助金交付要綱の一部改正について", url="https://www.example.go.jp/press/412.html", language="ja"
    ),
    significance=0.75,
    facts=(fact("number", "3分の2", "2分の1"), fact("money", "1,200万円", "800万円")),
    diff=pieces(
        "body",
        "補助率は",
        ("3分の2", "2分の1"),
        "以内とし、上限額は",
        ("1,200万円", "800万円"),
        "とする。申請者は、交付決定の通知を受けた日から起算して30日以内に事業に着手",
        ("することができる", "しなければならない"),
        "。",
    ),
)
ENGLISH = make_change(
    "en",
    source="harbour",
    source_title="Harbour Office",
    article=make_summary(
        id="en",
        title="Fees for harbour permits from 1 April",
        url="https://www.example.gov/harbour/permits/fees.html",
        language="en",
    ),
    significance=0.82,
    facts=(
        fact("money", "120 euros", "150 euros"),
        fact("date", "2 April 2026", "28 March 2026"),
        Fact(type=FactType.ATTACHMENT, field="attachments", before="fees-2025.pdf", after="fees-2026.pdf"),
    ),
    diff=pieces(
        "body",
        "The fee for a permit is ",
        ("120 euros", "150 euros"),
        ", and applications must be received by ",
        ("2 April 2026", "28 March 2026"),
        ". Vessels ",
        ("may", "shall"),
        " report to the master on arrival.",
    ),
)
GONE = tuple(
    make_observation("c", status=404, verdict=Verdict.NOT_FOUND, fetched_at=NOW + timedelta(hours=12 * number))
    for number in range(3)
)
REMOVED = make_change(
    "removed",
    kind=ChangeKind.REMOVED,
    source_title="某区人民政府 通知",
    article=make_summary(
        id="r", title="关于公布第四季度行政事业性收费标准的通知", document_number="某发改价〔2023〕17号"
    ),
    significance=1.0,
    facts=(),
    diff=(),
    silent=None,
    evidence=Evidence(before=make_observation("a"), after=GONE[-1], observations=GONE),
)
NEW = make_change(
    "new",
    kind=ChangeKind.NEW,
    source_title="某区人民政府 通知",
    article=make_summary(
        id="n",
        title="关于2024年城乡居民医疗保险缴费的通告",
        excerpt="个人缴费标准为每人每年380元，集中参保缴费期至12月31日止。",
    ),
    significance=0.0,
    facts=(fact("money", "380元"), fact("date", "12月31日")),
    diff=(),
    silent=None,
    summary="",
    evidence=Evidence(after=make_observation("b")),
)


def notice(*changes: object, timezone: str = "Asia/Shanghai", **values: object) -> Notice:
    made = make_notice(*changes, timezone=timezone, **values)  # type: ignore[arg-type]
    return replace(made, public_url=PUBLIC_URL)


NOTICES = {
    "zh": notice(CHINESE, language="zh"),
    "ja": notice(JAPANESE, language="ja", timezone="Asia/Tokyo"),
    "en": notice(ENGLISH, timezone="Europe/London"),
    "digest": notice(REMOVED, CHINESE, JAPANESE, ENGLISH, NEW, language="zh", kind="digest"),
    "trouble": notice(incidents=(make_incident(), make_mass())),
}
#: Which mail, how wide and high, light or dark, under which name.
SHOWN = (
    ("zh", 720, 660, False, "mail-zh-light"),
    ("ja", 720, 560, True, "mail-ja-dark"),
    ("en", 390, 860, False, "mail-en-narrow"),
    ("digest", 720, 900, False, "mail-digest-zh"),
)


def find_chromium() -> str | None:
    return os.environ.get("CHROMIUM_PATH") or shutil.which("chromium")


def run_chromium(page: Path, *options: str, width: int, height: int, dark: bool = False) -> str:
    """What Chromium prints when it shows ``page`` in a window of that size."""
    with tempfile.TemporaryDirectory() as profile:
        command = [
            str(find_chromium()),
            "--headless=new",
            "--no-sandbox",  # it runs as root in some containers; the page is ours
            "--disable-gpu",
            "--hide-scrollbars",
            f"--user-data-dir={profile}",
            f"--window-size={width},{height}",
            f"--blink-settings=preferredColorScheme={0 if dark else 1}",
            *options,
            page.as_uri(),
        ]
        return subprocess.run(command, capture_output=True, text=True, timeout=90, check=True).stdout


def take_picture(name: str, width: int, height: int, dark: bool, target: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "mail.html"
        page.write_text(compose_mail(NOTICES[name]).html, encoding="utf-8")
        run_chromium(page, f"--screenshot={target}", width=width, height=height, dark=dark)


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    for name, width, height, dark, picture in SHOWN:
        take_picture(name, width, height, dark, PICTURES / f"{picture}.png")
