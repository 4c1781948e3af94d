"""Which language a text is in, and the language of each block of a page."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.text.languages import detect_language, language_runs

ENGLISH = "The district said on Friday that its output grew by more than ten percent in the first half of the year."
JAPANESE = "鼎湖区は、今年上半期の生産額が前年同期より十パーセント以上増えたと発表しました。"
CHINESE = "鼎湖区今年上半年生产总值同比增长百分之十以上，经济运行总体平稳、稳中向好。"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (CHINESE, "zh"),
        ("鼎湖區今年上半年生產總值同比增長百分之十以上", "zh"),
        ("鼎湖区GDP增长11%，Wi-Fi 6覆盖率达98%", "zh"),
        ("品牌“の”字招牌走红，市民纷纷前往打卡拍照留念，带动周边消费增长明显", "zh"),
        (JAPANESE, "ja"),
        ("令和5年度補正予算", "ja"),
        ("経済対策実施要領", "ja"),
        ("정부는 올해 상반기 경제성장률을 발표했다", "ko"),
        (ENGLISH, "en"),
        ("Le ministère a annoncé une hausse des investissements dans le secteur de la santé pour les communes.", "fr"),
        ("El ministerio anunció que los ingresos de la región crecieron más que en el año anterior.", "es"),
        ("O ministério anunciou que os investimentos da região não foram suficientes para as obras.", "pt"),
        ("Das Ministerium hat die neuen Regeln für den Verkehr auf der Straße nicht veröffentlicht.", "de"),
        ("Il ministero ha annunciato che gli investimenti della regione sono aumentati anche nel settore.", "it"),
        ("Het ministerie heeft de nieuwe regels voor het verkeer op de weg niet gepubliceerd.", "nl"),
        ("Министерство сообщило о росте экономики", "ru"),
        ("Міністерство повідомило про зростання економіки", "uk"),
        ("أعلنت الوزارة عن نمو الاقتصاد", "ar"),
        ("กระทรวงประกาศการเติบโตทางเศรษฐกิจ", "th"),
        ("Regeringen har beslutat att det ska bli fler platser i skolan och att de nya reglerna inte gäller nu.", "sv"),
        ("Regeringen har besluttet, at der skal være flere pladser, men de nye regler gælder ikke nu.", "da"),
        ("Regjeringen har bestemt at det blir flere plasser, og dette gjelder også etter nyttår, men ikke nå.", "no"),
        ("Hallitus on päättänyt, että uudet säännöt ovat voimassa myös ensi vuonna, mutta se ei koske kuntia.", "fi"),
        ("Ministerstwo ogłosiło, że nowe zasady nie są jeszcze znane i będzie to możliwe po roku.", "pl"),
        ("Ministerstvo oznámilo, že nová pravidla jsou platná také pro obce, které nejsou v kraji.", "cs"),
        ("Bakanlık, yeni kuralların bu yıl için geçerli olduğunu ve daha çok kişiye ulaşacağını açıkladı.", "tr"),
        ("Pemerintah mengatakan bahwa aturan ini tidak akan berlaku untuk daerah yang telah ada pada tahun ini.", "id"),
        ("Ministerul a anunțat că regulile nu sunt valabile pentru comunele care au fost incluse în program.", "ro"),
        ("A minisztérium szerint az új szabályok már ebben az évben is érvényesek, de nem minden városban.", "hu"),
        ("Министерството съобщи, че новите правила ще влязат в сила от първи януари във всички общини, тъй като", "bg"),
        ("Министарство је саопштило да ће нова правила важити за све општине у земљи", "sr"),
        ("Министрлік жаңа ережелер туралы хабарлады және өңірлерде жұмыс басталды", "kk"),
        ("سارايلىق بۈگۈن يېڭى بەلگىلىمە ئېلان قىلدى ۋە ئۇنىڭ ئەھمىيىتىنى چۈشەندۈردى", "ug"),
        ("རྒྱལ་ཁབ་ཀྱིས་གསར་འགྱུར་བསྒྲགས་པ", "bo"),
        ("მთავრობამ გამოაცხადა ახალი წესები", "ka"),
        ("宮崎県：延岡市、西都市、関ヶ原町、川南町、都農町", "ja"),
        ("市民乘船渡河，两岸风光尽收眼底", "zh"),
        ("", ""),
        ("2023-10-27 21:56 11%", ""),
        ("GDP", ""),
        ("▲▲ !!", ""),
    ],
)
def test_a_text_tells_its_language(text, language):
    assert detect_language(text) == language


def test_a_bilingual_post_keeps_each_language_to_its_blocks():
    blocks = [ENGLISH, "▲ Photo 1", "2023-10-27", ENGLISH, JAPANESE, "▲鼎湖山", "11%", JAPANESE]
    assert language_runs(blocks) == ["en"] * 4 + ["ja"] * 4


def test_a_short_block_follows_its_neighbour_only_where_the_script_allows():
    assert language_runs([ENGLISH, "鼎湖山", ENGLISH]) == ["en", "zh", "en"]
    assert language_runs([CHINESE, "CCTV News", CHINESE])[0::2] == ["zh", "zh"]
    assert language_runs([CHINESE, "お知らせ", CHINESE]) == ["zh", "ja", "zh"]


def test_a_heading_of_han_characters_alone_follows_the_japanese_around_it():
    assert language_runs(["鼎湖区第三四半期生産総額増加発表会", JAPANESE]) == ["ja", "ja"]
    assert language_runs(["鼎湖区前三季度生产总值增长", JAPANESE]) == ["zh", "ja"]


def test_a_doubtful_latin_block_follows_its_neighbours_and_a_plain_one_does_not():
    german = "Die Regierung hat die neuen Regeln für den Verkehr auf der Straße und für die Gemeinden beschlossen."
    assert language_runs([german, "Lego VIP: Was steckt dahinter?", german]) == ["de"] * 3
    assert language_runs([german, ENGLISH, german]) == ["de", "en", "de"]


def test_paragraphs_that_alternate_keep_their_languages():
    assert language_runs([ENGLISH, CHINESE] * 3) == ["en", "zh"] * 3
    assert language_runs([CHINESE, JAPANESE] * 3) == ["zh", "ja"] * 3


def test_a_claim_decides_what_nothing_else_does():
    assert language_runs(["2023", "鼎湖山"], declared="ja-JP") == ["ja", "ja"]
    assert language_runs(["Avis"], declared="fr") == ["fr"]
    assert language_runs(["2023"]) == [""]


def test_a_claim_never_beats_a_block_that_is_sure():
    assert language_runs([ENGLISH, JAPANESE], declared="zh-CN") == ["en", "ja"]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=30), max_size=8), st.text(max_size=8))
def test_every_block_gets_an_answer(texts, declared):
    assert len(language_runs(texts, declared)) == len(texts)
