"""Who is named: people by surname, title or both, offices by their ending. Patterns only; a name is never guessed from
a text alone, so that what is no name stays a wording.
"""

from __future__ import annotations

import re

from crawler.differ.folding import HAN

_SURNAMES = (
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何高林罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾肖蕭田董潘袁蔡蒋蔣余于杜叶葉程魏苏蘇吕呂"
    "丁任卢盧姚沈钟鍾姜崔谭譚陆陸范汪廖石金韦韋贾賈夏付傅方邹鄒熊白孟秦邱侯江尹薛闫阎雷龙龍黎史陶贺賀毛郝顾顧龚龔邵万萬覃武钱錢戴严嚴莫孔向常温"
)
_TITLES = (
    "总书记|副书记|书记|副主任|主任|副局长|局长|副部长|部长|副市长|市长|副省长|省长|县长|区长|镇长|主席|总理|总统|首相|委员长|院长|校长|处长|科长|司长|厅长"
    "|发言人|董事长|总经理|经理|秘书长|大臣|知事|市長|町長|長官|会長|社長|部長|課長|局長|记者|摄影|通讯员|责任编辑|编辑|作者|同志"
    "|负责人|負責人|联系人|主持人|法定代表人|委托代理人|经办人|代表|委员|议员|行长|会长|理事长|监事长|总裁|总监|总编辑|总工程师|总会计师"
    "|所长|台长|馆长|队长|站长|组长|乡长|州长|盟长|旗长|村长|检察长|审判长|审判员|书记员|法官|律师|检察官|政委|司令员|巡视员|教授|院士|专家|医生|医师"
)
#: Words that begin with the character of a surname and follow a title: no names.
_NO_NAME = (
    "(?!高[度质效水标位]|金[融额]|方[面案式法]|万[元人名户]|常[委务态规]|程[序度]|严[格重肃禁厉]|于[是今年]|余[额人]|任[务命期何]"
    "|陆续|陸續|曾[经在]|向[全社广与大各]|白天|夏[季天]|江[苏西门]|温[度州]|石油|马上|田间)"
)
_FAMILY = f"{_NO_NAME}(?:欧阳|歐陽|司马|司馬|上官|诸葛|諸葛|夏侯|皇甫|慕容|令狐|[{_SURNAMES}])"
_BREAK = r"(?=[，。、；：！？,.;:!?\s（）()“”「」]|[的在出表说指强主率赴到等和与同为任是对将就摄向已也又报介讲]|$)"
#: A capital at the beginning of a sentence makes no name.
_NO_OPENER = r"(?!(?:The|A|An|In|On|At|By|For|From|With|This|That|These|It|We|He|She|They|All|As|If|When|But|And)\b)"
_JA_SURNAMES = (
    "佐藤|鈴木|高橋|田中|伊藤|渡辺|渡邊|渡部|山本|中村|小林|加藤|吉田|山田|佐々木|山口|松本|井上|木村|斎藤|斉藤|齋藤|清水|山崎|池田|橋本|阿部"
    "|石川|山下|中島|石井|小川|前田|岡田|長谷川|藤田|後藤|近藤|村上|遠藤|青木|坂本|福田|太田|西村|藤井|金子|岡本|藤原|三浦|中野|中川|原田|松田"
    "|竹内|小野|田村|中山|和田|石田|森田|上田|内田|柴田|酒井|宮崎|横山|高木|安藤|宮本|大野|小島|谷口|今井|工藤|高田|増田|丸山|杉山|村田|大塚"
    "|新井|小山|平野|藤本|河野|上野|野口|武田|松井|千葉|菅原|岩崎|木下|久保|佐野|野村|松尾|菊地|菊池|市川|杉本|古川|大西|島田|水野|桜井|高野"
    "|吉川|山内|西田|飯田|西川|小松|北村|安田|五十嵐|川口|平田|中田|久保田|服部|岩田|土屋|川崎|福島|本田|樋口|秋山|永井|田口|山中|中西|吉村"
    "|川上|石原|大橋|松岡|馬場|浜田|森本|星野|矢野|浅野|大久保|吉岡|小池|野田|荒木|熊谷|松浦|大谷|内藤|黒田|尾崎|川村|永田|望月|松村|田辺"
)
_JA_TITLES = (
    "市長|町長|村長|区長|知事|部長|課長|局長|室長|係長|長官|大臣|首相|議長|議員|会長|社長|理事長|委員長|委員|教授"
    "|校長|院長|所長|氏|さん|様"
)
#: What follows a surname that is a place: 山口県, 千葉市.
_NO_GIVEN = "(?![県市区町村郡駅港線川山島湾橋通地方内外])"
_JA_NAME = re.compile(
    f"(?<![{HAN}])(?P<japanese>(?:{_JA_SURNAMES}){_NO_GIVEN}[{HAN}]{{1,3}}?)(?=(?:{_JA_TITLES})|[^{HAN}]|$)"
    f"|(?<![{HAN}])(?P<holder>[{HAN}]{{2,6}}?)(?=(?:{_JA_TITLES})(?![{HAN}]))"
)
_NAME = re.compile(
    f"(?:{_TITLES})[：: ]{{0,2}}(?P<han>{_FAMILY}[{HAN}]{{1,2}}?{_BREAK}|{_FAMILY}[{HAN}]{{2}})"
    f"|(?P<before>{_FAMILY}[{HAN}]{{1,2}})(?=(?:{_TITLES}|氏|先生|女士|さん))"
    f"|(?P<organ>[{HAN}]{{2,14}}?(?:委员会|委員会|人民政府|管理局|有限公司|集团|银行|協会|协会|研究院|大学|医院|法院|检察院))"
    r"|\b(?P<titled>(?:Mr|Mrs|Ms|Dr|Prof|Professor|Minister|Secretary|President|Director|Mayor|Governor|Chairman"
    r"|Chairwoman|Chair|Commissioner|Ambassador|Senator|Judge|Sir|Dame|Lord|Lady)\.?(?:\s[A-Z][\w'’\-]{1,30}){1,3})"
    rf"|\b(?P<proper>{_NO_OPENER}[A-Z][a-z'’\-]{{1,30}}(?:\s(?:of|for|and|the|de|van|von)(?=\s[A-Z]))?"
    r"(?:\s[A-Z][\w'’\-]{1,30}){1,4})"
)
#: Each pattern has its name in the one group that matched.
NAMES = (_NAME, _JA_NAME)
