"""Names of months in the languages of official sources, full and shortened, in lower case without a full stop."""

from __future__ import annotations

_NAMES = (
    # en · fr · es · pt · de · it · nl · ru (as after a day) · id · others
    "january jan janvier janv enero ene janeiro januar jänner jän gennaio gen januari января янв январь يناير",
    "february feb février févr fév fevrier febrero fevereiro fev februar febbraio februari февраля фев февраль فبراير",
    "march mar mars marzo março marco märz maerz mär mrz maart mrt марта мар март maret مارس",
    "april apr avril avr abril abr aprile апреля апр апрель أبريل",
    "may mai mayo maio maggio mag mei мая май مايو",
    "june jun juin junio junho juni giugno giu июня июн июнь يونيو",
    "july jul juillet juil julio julho juli luglio lug июля июл июль يوليو",
    "august aug août aout agosto ago augustus августа авг август agustus أغسطس",
    "september sep sept septembre septiembre setembro set settembre сентября сен сент сентябрь سبتمبر",
    "october oct octobre octubre outubro out oktober okt ottobre ott октября окт октябрь أكتوبر",
    "november nov novembre noviembre novembro ноября ноя нояб ноябрь نوفمبر",
    "december dec décembre déc decembre diciembre dic dezembro dez dezember dicembre декабря дек декабрь desember "
    "ديسمبر",
)
_MORE_NAMES = (
    # pl · cs · tr · fi · sv and da, as after a day
    "stycznia ledna ocak tammikuuta",
    "lutego února şubat helmikuuta",
    "marca března mart maaliskuuta marts",
    "kwietnia dubna nisan huhtikuuta",
    "maja května mayıs toukokuuta maj",
    "czerwca června haziran kesäkuuta",
    "lipca července temmuz heinäkuuta",
    "sierpnia srpna ağustos elokuuta augusti",
    "września září eylül syyskuuta",
    "października října ekim lokakuuta",
    "listopada listopadu kasım marraskuuta",
    "grudnia prosince aralık joulukuuta",
)
#: Name to number; look names up in lower case.
MONTHS = {
    name: number for table in (_NAMES, _MORE_NAMES) for number, names in enumerate(table, 1) for name in names.split()
}
