"""What our invented offices write about: vocabulary and sentences in three languages. All of it is our own.

In a sentence, ``{number}`` and its like are slots that ``grammar.py`` fills, ``{place}``, ``{matter}`` and ``{office}``
are words that stay what they are.
"""

from __future__ import annotations

PLACES = {
    "zh": ["鼎湖", "端州", "云溪", "白石", "江门口", "柳岸", "东浦", "龙湾", "青禾", "南桥", "石岭", "星湖"],
    "ja": ["汐見", "桜沢", "高森", "白浜", "三崎", "若葉", "豊原", "緑川", "青海", "北野", "水城", "松島"],
    "en": [
        "Alder",
        "Brook",
        "Cedar",
        "Dover",
        "Elm",
        "Fairwater",
        "Garth",
        "Harrow",
        "Ivy",
        "Juniper",
        "Kelso",
        "Larch",
    ],
}
MATTERS = {
    "zh": [
        "渡口安全",
        "污水管网",
        "老旧小区改造",
        "图书馆扩建",
        "森林防火",
        "学前教育",
        "公共停车",
        "农田水利",
        "垃圾分类",
        "养老服务",
        "公交线路",
        "河道清淤",
    ],
    "ja": [
        "港湾整備",
        "下水道更新",
        "図書館増築",
        "防災訓練",
        "保育施設",
        "公共駐車場",
        "農業用水",
        "ごみ分別",
        "介護支援",
        "バス路線",
        "河川改修",
        "森林整備",
    ],
    "en": [
        "ferry-safety",
        "sewer renewal",
        "library extension",
        "forest fire watch",
        "early schooling",
        "public parking",
        "field irrigation",
        "waste sorting",
        "care services",
        "bus routes",
        "river dredging",
        "harbour works",
    ],
}
OFFICES = {
    "zh": ["住建局", "水务局", "教育局", "交通局", "民政局", "文旅局", "应急局", "农业局"],
    "ja": ["建設課", "水道課", "教育課", "交通課", "福祉課", "観光課", "防災課", "農政課"],
    "en": ["Works Office", "Water Office", "School Office", "Transport Office", "Welfare Office", "Harbour Office"],
}
SURNAMES = {
    "zh": "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑",
    "ja": ["田中", "佐藤", "鈴木", "高橋", "渡辺", "伊藤", "山本", "中村", "小林", "加藤"],
    "en": [
        "Abbott",
        "Barlow",
        "Carter",
        "Dawson",
        "Ellery",
        "Fenwick",
        "Gilmore",
        "Hadley",
        "Irving",
        "Kendall",
        "Lowell",
        "Marlowe",
    ],
}
GIVEN = {
    "zh": ["建国", "志强", "秀英", "海燕", "文博", "春梅", "国华", "立新", "晓明", "永康", "思远", "雅琴"],
    "ja": ["太郎", "花子", "健一", "美咲", "翔太", "由美", "直樹", "恵子"],
    "en": ["Alice", "Bernard", "Clara", "Duncan", "Edith", "Frank", "Grace", "Hugh", "Irene", "Joan", "Keith", "Laura"],
}
#: Before the name in Chinese and English, after it in Japanese.
TITLES = {
    "zh": ["市长", "局长", "主任", "副局长", "书记", "发言人"],
    "ja": ["市長", "局長", "課長", "部長", "知事"],
    "en": ["Mayor", "Director", "Minister", "Commissioner", "Secretary", "Chairman"],
}
#: Words of permission and their opposites: any may become any other.
MODALS = {
    "zh": ["应当", "可以", "不得", "必须", "不可", "禁止"],
    "ja": ["なければならない", "ことができる", "てはならない"],
    "en": ["shall", "may", "must", "shall not", "must not", "may not", "should"],
}
UNITS = {
    "zh": ["人", "名", "户", "公里", "吨", "个", "辆", "家", "亩", "套"],
    "ja": ["人", "名", "件", "台", "棟", "か所", "トン", "世帯"],
    "en": ["residents", "vehicles", "homes", "berths", "tonnes", "kilometres", "stations"],
}
CURRENCIES = {"zh": ["元", "万元", "亿元"], "ja": ["円", "万円", "億円"], "en": ("euros", "pounds")}

TITLE_FORMS = {
    "zh": ("关于{place}{matter}工作的通知", "{place}区{matter}实施方案", "{place}区发布{matter}进展情况"),
    "ja": (
        "{place}市{matter}についてのお知らせ",
        "{place}市における{matter}の実施計画",
        "{matter}の進捗状況（{place}市）",
    ),
    "en": ("Notice on {matter} in {place}", "{place}: plan for {matter}", "Progress of {matter} in {place}"),
}

SENTENCES = {
    "zh": (
        "{place}区{office}组织{matter}现场检查，参加人员{number}，当天完成全部点位的核验。",
        "今年以来，{matter}项目累计投入资金{money}，主要用于设备更新和日常维护。",
        "前三季度相关指标同比增长{percent}，其中重点片区的完成情况好于预期。",
        "申请材料的受理截止日期为{date}，逾期提交的材料不再受理。",
        "{title}{name}在会上介绍了{matter}的总体安排，并回答了居民代表的提问。",
        "施工期间，沿线单位{modal}占用应急通道，现场管理人员负责引导。",
        "会议强调：{quote}，各单位要把任务落实到岗到人。",
        "工程共涉及{number}，分布在{place}片区的东、西两侧。",
        "单项补助标准调整为{money}，由{office}按季度拨付到账。",
        "抽查结果显示，合格率为{percent}，不合格的点位已全部整改。",
        "新线路计划于{date}开通，届时原有站点同步优化调整。",
        "参与单位{modal}在规定时间内公开结果，接受社会监督。",
    ),
    "ja": (
        "{place}市{office}は{matter}の現地確認を行い、参加者は{number}でした。",
        "今年度の{matter}の事業費は{money}で、主に設備の更新に充てられます。",
        "対象地区の達成率は{percent}となり、前回の調査を上回りました。",
        "申請書の受付は{date}までとし、窓口または郵送で提出してください。",
        "{name}{title}は記者会見で{matter}の方針を説明し、質問に答えました。",
        "工事の期間中、周辺の事業者は通路を空け{modal}。",
        "会議では{quote}という意見が出され、各課で検討することになりました。",
        "対象となる施設は{number}で、市内の東側と西側にあります。",
        "補助金の上限は{money}とし、四半期ごとに交付します。",
        "点検の結果、基準を満たした割合は{percent}でした。",
        "新しい路線は{date}に開業し、停留所の配置も見直します。",
    ),
    "en": (
        "The {office} inspected {matter} in {place} together with {number} and checked every site on the day.",
        "So far {money} has been spent on {matter}, mostly on new equipment and upkeep.",
        "The figures for the district rose by {percent} over the year, better than had been planned.",
        "Applications for {matter} are received until {date}; later ones are returned unopened.",
        "{title} {name} explained the plan for {matter} to the council and answered questions from the public.",
        "During the works, neighbours {modal} block the emergency lane along the northern fence.",
        "The council noted: {quote}, and asked every department to name a person in charge.",
        "The works affect {number} on both sides of the river near {place}.",
        "The grant for a single case is now {money}, paid every quarter by the {office}.",
        "In the latest survey {percent} of the sites met the standard; the others have been repaired.",
        "The new line opens on {date}, when the old stops are arranged anew.",
        "Every contractor {modal} publish the results within the agreed time.",
    ),
}
#: What is quoted, in two halves, so that a quote can change by one half.
QUOTES = {
    "zh": (
        ("安全工作要抓细抓实", "民生项目要提质增效", "防汛准备要全面到位", "服务窗口要便民利民"),
        ("任何环节都马虎松懈不起", "每个细节都经得住检验", "所有队伍随时待命", "群众意见件件有回音"),
    ),
    "ja": (
        ("安全の確保を最優先とする", "住民の声を丁寧に聞く", "備えを早めに整える"),
        ("小さな変化も見逃さない", "計画を着実に進める", "現場の判断を尊重する"),
    ),
    "en": (
        ("safety comes before speed", "the public is to be heard early", "repairs start with the oldest pipes"),
        ("no step is to be skipped", "every result is made public", "all crews remain on call"),
    ),
}
QUOTE_MARKS = {"zh": "“{}，{}”", "ja": "「{}、{}」", "en": "“{} and {}”"}
#: (right, wrong) spellings of one word: what an editor mends without telling anybody anything new.
TYPOS = {
    "zh": (("片区", "片曲"), ("资金", "资斤"), ("现场", "现厂"), ("维护", "维户"), ("计划", "计画")),
    "ja": (("窓口", "窓囗"), ("方針", "方計"), ("施設", "施没"), ("設備", "設傭")),
    "en": (("equipment", "equiqment"), ("standard", "standrad"), ("emergency", "emergancy"), ("council", "concil")),
}
CLOSING = {
    "zh": "各镇街和有关部门请结合实际抓好落实，工作进展由{office}统一汇总。",
    "ja": "詳しい内容は{place}市役所の{office}までお尋ねください。",
    "en": "Further details are available from the {office} at the town hall in {place}.",
}
