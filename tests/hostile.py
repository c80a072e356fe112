"""Five hundred strings that mean harm, and a toy record in which every text is one of them."""

from __future__ import annotations

import html
from typing import Any

from pydantic import TypeAdapter, ValidationError

from kazatlas.record import types
from tests.conftest import event, make_toy

RUN = "window.__hacked=1"
"""What a payload does when it is run."""

MARKUP = (
    "<script>{}</script>", "<SCRIPT SRC=//evil.test/x.js></SCRIPT>", "<script type=module>{}</script>", "<script\t>{}</script >",
    "<img src=x onerror={}>", '<img src="x" onerror="{}">', "<img/src=x/onerror={}>", "<IMG SRC=javascript:{}>",
    "<svg onload={}>", "<svg><script>{}</script></svg>", "<svg><animate onbegin={} attributeName=x dur=1s>",
    '<svg><use href="data:image/svg+xml,<svg id=x onload={}>#x"/></svg>', "<svg><a xlink:href=javascript:{}><text y=9>x</text></a></svg>",
    '<iframe srcdoc="<script>parent.{}</script>"></iframe>', "<iframe src=javascript:parent.{}></iframe>",
    "<a href=javascript:{}>x</a>", '<a href="java&#09;script:{}">x</a>', "<a href='data:text/html,<script>{}</script>'>x</a>",
    "<body onload={}>", "<input autofocus onfocus={}>", "<details open ontoggle={}>", "<video><source onerror={}></video>",
    "<audio src=x onerror={}>", "<marquee onstart={}>x</marquee>", "<object data=javascript:{}></object>", "<embed src=javascript:{}>",
    "<form action=javascript:{}><button autofocus>x</button></form>", "<isindex type=image src=x onerror={}>",
    "<math><mtext><table><mglyph><style><img src=x onerror={}>", "<math href=javascript:{}>x</math>",
    '<noscript><p title="</noscript><img src=x onerror={}>">', "<template><img src=x onerror={}></template>",
    "<style>@import '//evil.test/x.css';</style>", "<style>*{{display:none!important}}</style>", "<link rel=stylesheet href=//evil.test/x.css>",
    "<meta http-equiv=refresh content='0;url=javascript:{}'>", "<base href=//evil.test/>", "<plaintext>{}",
    "<p style=animation-name:x onanimationstart={}>", "<b onmouseover={} style=position:fixed;inset:0>x</b>", "<x contenteditable onfocus={} autofocus>",
)  # fmt: skip
BREAKS = (
    '" onmouseover="{}', "' onfocus='{}' autofocus='", '"><img src=x onerror={}>', "'><svg onload={}>", "` onerror={} `",
    "</title><script>{}</script>", "</textarea><script>{}</script>", "</style><script>{}</script>", "</script><script>{}</script>",
    "</article></div></section><script>{}</script>", "<!--", "-->", "--><img src=x onerror={}>", "<!--><img src=x onerror={}>-->",
    "<![CDATA[<script>{}</script>]]>", "]]><script>{}</script>", "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>&y;",
    "&lt;script&gt;{}&lt;/script&gt;", "&#60;img src=x onerror={}&#62;", "\\u003cimg src=x onerror={}\\u003e", "%3Cscript%3E{}%3C/script%3E",
    "<", "<a", "<img src='", "&", "&amp", "\\", "'", '"', "`", "</", "<img src=x onerror={}//",
)  # fmt: skip
CODE = (
    "javascript:{}", "JaVaScRiPt:{}", "java\tscript:{}", "data:text/html,<script>{}</script>", "vbscript:{}", "//evil.test/%2e%2e",
    "';{};//", '";{};//', '\\";{};//', "`${{{}}}`", "${{{}}}", "{{{{7*7}}}}", "{{{{constructor.constructor('{}')()}}}}", "#{{7*7}}",
    "<%= 7*7 %>", "{{% raw %}}", "{{% endmacro %}}{{{{ self }}}}", "{{{{ this._parent.get_name() }}}}", "{{0.__class__}}", "{{name}}", "{{}}", "%s%n%x",
    "__proto__", "constructor", "toString", "' OR 1=1 --", '"; DROP TABLE units; --', "$(touch x)", "| id", "../../etc/passwd", "..\\..\\x", "CON",
)  # fmt: skip
MARKDOWN = (
    "[x](javascript:{})", "![x](x)", "![x](//evil.test/x.png)", "<javascript:{}>", "[x]: javascript:{}", ":red[x]", ":material/home:",
    "$\\frac{{1}}{{2}}$", "$$\\href{{javascript:{}}}{{x}}$$", "`{}`", "```\n{}\n```", "**x**", "# x", "> x", "- [ ] x", "| a | b |\n|---|---|", "~~x~~", "---", "<http://evil.test>",
)  # fmt: skip
FORMULAS = (
    "=1+1", '=HYPERLINK("http://evil.test","x")', "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", "\n=1+1", "=cmd|'/c calc'!A1",
    "＝1+1", "＋1", "－1", "＠SUM(1)", "=IMPORTXML(1)", ";=1+1", ",=1+1",
)  # fmt: skip
INVISIBLE = (
    "\u202egpj.exe", "\u2066x", "a\u2069b", "\u200fx", "a\u200bb", "\ufeffx", "a\x00b", "\x1b[31mx", "\x08\x08x", "\x7f", "\u2028{}",
    "\u2029x", "\ufffex", "\ud800", "\udfff\ud800", "a\udc00b", "\U000e0041\U000e007f", "\u00adx", "a\u061cb",
)  # fmt: skip
ODD = (
    "x" * 9_000, "<b>" * 3_000, "z" + "\u0301\u0323" * 200, "𝕏🏴󠁧󠁢󠁥󠁮󠁧󠁿👨‍👩‍👧", "العربية עברית", "Ə" * 50, "null", "None", "NaN", "1e999", "-0", "9" * 400, "i\u0307İıſ", "ﷺ" * 30,
)  # fmt: skip

AROUND = ("{}", "\"'>{}", "Ақмола {} уезі", "{}{}", "ESCAPED")


def hostile_strings(count: int = 500) -> list[str]:
    """Return so many different strings, each time the same: payloads as they are, then within other text."""
    payloads = [text.format(RUN) for text in (*MARKUP, *BREAKS, *CODE, *MARKDOWN)] + [
        text.replace("{}", RUN) for text in (*FORMULAS, *INVISIBLE, *ODD)
    ]
    found: dict[str, None] = {}
    for around in AROUND:
        for text in payloads:
            found[html.escape(text) if around == "ESCAPED" else around.replace("{}", text)] = None
    return list(found)[:count]


HOSTILE = hostile_strings()

_TEXT: TypeAdapter[str] = TypeAdapter(types.CleanText)


def is_taken(text: str) -> bool:
    """Return whether the record takes a text; what is empty, invisible or endless it refuses."""
    try:
        _TEXT.validate_python(text)
    except ValidationError:
        return False
    return True


def hostile_toy(texts: list[str]) -> dict[str, Any]:
    """Return the toy record with each of these texts as title, author, note, name ... wherever a text may stand."""
    toy = make_toy()
    count = len(texts)
    taken = iter(texts * 20)

    def more() -> dict[str, str]:
        text = next(taken)
        return {"kk": text, "ru": text, "en": text}

    def cited(n: int) -> list[dict[str, Any]]:
        text = texts[n % count]
        return [{"source": f"s{n % count}", "locator": text, "quote": text, "quote_lang": "kk",
                 "translation": {"ru": text, "en": text}}]  # fmt: skip

    sources = toy["sources.yaml"]
    for n, text in enumerate(texts):
        sources[f"s{n}"] = {
            "type": "book", "title": text, "seen": "original", "publisher": text, "container-title": text,
            "author": [{"literal": text}], "origin": f"s{(n + 1) % count}",
        }  # fmt: skip
    sources["oskembaev-bodeev"] = {"type": "article-journal", "title": texts[0], "seen": "original", "origin": "work"}
    toy["origins.yaml"]["work"] = {"title": more()}
    events = {key: toy["events.yaml"][key] for key in ("opens", "republic", "handover")}
    for n, text in enumerate(texts):
        three = {"kk": text, "ru": text, "en": text}
        events[f"e{n}"] = event(f"1921-0{5 + n * 4 // count}-01", tick=three, title=three, text=three, placed=three,
                                certainty="less-certain", citations=cited(n))  # fmt: skip
    other = {"status": "disputed", "reading": more(), "citations": cited(0), "date": "1921-03-01", "edtf": "1921-03"}
    events["handover"] |= {"title": more(), "tick": more(), "alternatives": [other], "conflict": ["c1"]}
    toy["events.yaml"] = events | {"end": toy["events.yaml"]["end"]}
    toy["conflicts.yaml"]["c1"] |= {
        "title": more(), "accepted": more(), "citations": cited(1), "others": [{"reading": more(), "citations": cited(2)}],
    }  # fmt: skip
    toy["methods.yaml"]["by-hand"] |= {"title": more(), "text": more(), "citations": cited(3)}
    zone = toy["zones.yaml"]["quarrel"]
    zone |= {"title": more(), "text": more(), "method": more(), "citations": cited(4)}
    zone["states"] = [{"from": "republic", "text": more(), "citations": cited(5)}]
    toy["places.yaml"] |= {
        f"p{n}": {"point": [60.02 + n % 60 / 31, 48.02 + n // 60 / 9], "rank": 1 + n % 3, "names": [dict.fromkeys(("kk", "ru", "en"), texts[n])],
                  "later": {"en": [texts[n]]}, "period": [texts[n]], "citations": cited(n)}
        for n in range(0, count, 3)
    }  # fmt: skip
    for units in (toy["units/republic.yaml"], toy["units/uezds.yaml"]):
        for unit in units.values():
            unit["label"] = more()
            unit["figures"] = [{"what": "area", "value": 5.0, "unit": "km2", "source": "s9", "locator": next(taken),
                                "note": more(), "why": more()}]  # fmt: skip
            for version in unit["versions"]:
                version.update(
                    name=more(), note=more(), name_period=next(taken), citations=cited(6), certainty="less-certain"
                )
    own = {"kk": texts[1], "ru": texts[2], "en": texts[3]}
    toy["article.yaml"] = {
        "passages": [{"id": "one", "locator": texts[4], "quote": texts[5], "translation": own, "date": "1921-05-01",
                      "view": "de_jure", "annotations": ["slip"]}],
        "slips": [{"id": "slip", "title": more(), "text": more(), "citations": cited(7)}],
        "republic_card": [{"id": "card", "title": more(), "text": more(), "citations": cited(8)}],
    }  # fmt: skip
    toy["doubts.yaml"]["b3-border"] |= {
        "question": more(), "searched": more(), "would_settle": more(), "citations": cited(9),
    }  # fmt: skip
    return toy
