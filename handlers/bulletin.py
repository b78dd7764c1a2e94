"""满意度公示: the month on one sheet of paper for the community's notice board. Nobody's name, number or words."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from html import escape
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.report_words import hours, share, short
from handlers.texts import Voice
from knowledge.periods import Period
from knowledge.satisfaction import Figures, Rating
from storage.figures import By, Scope, figures

STYLE = """
@page { size: A4; margin: 16mm; }
body { font: 16px/1.6 "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; color: #111; max-width: 800px;
  margin: 0 auto; padding: 16px; }
h1 { text-align: center; font-size: 30px; margin: 8px 0 0; }
.when { text-align: center; margin: 0 0 20px; }
.large { display: flex; flex-wrap: wrap; gap: 12px; margin: 0 0 20px; }
.large div { flex: 1 1 140px; border: 1px solid #bbb; border-radius: 8px; padding: 8px 12px; text-align: center; }
.large b { display: block; font-size: 30px; line-height: 1.3; }
table { width: 100%; border-collapse: collapse; margin: 0 0 20px; }
caption { text-align: left; font-weight: bold; padding: 4px 0; }
th, td { border: 1px solid #999; padding: 5px 8px; text-align: right; }
th:first-child, td:first-child { text-align: left; }
thead { background: #eef1f5; print-color-adjust: exact; }
.how { font-size: 14px; color: #444; }
@media print { body { padding: 0; } .screen { display: none; } }
@media (max-width: 480px) { h1 { font-size: 22px; } th, td { padding: 4px; font-size: 14px; } }
"""
STYLE_HASH = f"sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}"
"""By what a server's Content-Security-Policy allows this style and no other."""


async def page(
    session: AsyncSession, voice: Voice, domains: Mapping[str, str], area: str, phone: str, period: Period, scope: Scope
) -> str:
    """The sheet as one HTML document that needs nothing else; the browser prints it, or makes a PDF of it.

    :param domains: names of domains in their order
    """
    total = (await figures(session, scope))[None]
    parts = await figures(session, scope, By.DOMAIN, times=False)
    return _html(voice, domains, area, phone, period, total, parts, scope.now)


def _html(
    voice: Voice,
    domains: Mapping[str, str],
    area: str,
    phone: str,
    period: Period,
    total: Figures,
    parts: Mapping[Any, Figures],
    made: datetime,
) -> str:
    t, summary = voice.t, total.closures
    large = [
        (t("measure-requests"), str(total.requests)),
        (t("measure-closed"), str(summary.closed)),
        (t("measure-satisfaction"), short(voice, summary) if summary.rated else "—"),
        (t("measure-resolved"), share(total.resolve.rate)),
    ]
    levels = [(t(f"level-{r.key.replace('_', '-')}"), str(summary.counts[r])) for r in sorted(Rating, reverse=True)]
    heads = [t(f"measure-{key}") for key in ("requests", "closed", "rated", "satisfaction", "resolved")]
    rows = [
        [name, str(f.requests), str(f.closures.closed), str(f.closures.rated),
         short(voice, f.closures) if f.closures.rated else "—", share(f.resolve.rate)]
        for key, name in domains.items()
        if (f := parts.get(key)) is not None
    ]  # fmt: skip
    kept = [
        [t("measure-acknowledged"), share(total.acknowledge.rate)],
        [t("measure-contacted"), share(total.contact.rate)],
        [t("measure-resolved"), share(total.resolve.rate)],
        [t("measure-rectified"), share(total.rectify.rate)],
    ]
    if total.resolve.median is not None and total.resolve.p90 is not None:
        kept.append([t("measure-resolve-median"), hours(total.resolve.median)])
        kept.append([t("measure-resolve-p90"), hours(total.resolve.p90)])
    title = t("bulletin-title", area=area)
    when = t("bulletin-when", first=period.first.isoformat(), last=period.last.isoformat(), made=voice.when(made))
    boxes = "".join(f"<div>{escape(name)}<b>{escape(value)}</b></div>" for name, value in large)
    return f"""<!doctype html>
<html lang="{voice.language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
<title>{title} {period}</title><style>{STYLE}</style></head>
<body><h1>{title}</h1><p class="when">{when}</p>
<div class="large">{boxes}</div>
{_table(t("bulletin-levels"), [name for name, _ in levels], [[count for _, count in levels]])}
{_table(t("bulletin-domains"), [t("sheet-domain"), *heads], rows)}
{_table(t("bulletin-kept"), [t("sheet-figure"), t("sheet-this")], kept)}
<p class="how">{t("formula-satisfaction")}{t("bulletin-how")}</p>
<p>{t("bulletin-call", phone=phone)}</p></body></html>
"""


def _table(caption: str, heads: list[Any], rows: list[list[str]]) -> str:
    if not rows:
        return ""
    head = "".join(f"<th scope=col>{escape(str(h))}</th>" for h in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
