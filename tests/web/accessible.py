"""What is wrong with an open page for whoever uses keyboard, screen reader, zoom or a small window.

One load of a page serves all of it: the window is made wide, then narrow.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Page

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
# Width and height; 720x450 is what 200 % zoom leaves of 1440x900.
WINDOWS = ((1440, 900), (1024, 768), (720, 450), (390, 844))
# Colours don't depend on the width, and they take axe the longest: they are looked at once.
RUN_AXE = """isWhole => axe.run({
  resultTypes: ["violations"],
  preload: false,
  rules: { "color-contrast": { enabled: isWhole } },
}).then(({ violations }) => violations.map(
  (one) => `${one.id}: ${one.nodes[0].html.slice(0, 160)}`,
))"""
OPEN_ALL = "() => document.querySelectorAll('details:not(.menu)').forEach((one) => one.open = true)"
IS_WIDER = "() => document.documentElement.scrollWidth > innerWidth"
IN_TAB_ORDER = """() => [...document.querySelectorAll("[tabindex]")]
  .filter((one) => one.tabIndex > 0).map((one) => one.outerHTML.slice(0, 160))"""
# Each control in turn is given the focus: it or what stands for it looks otherwise then.
WITHOUT_FOCUS_SHOWN = """() => {
  const controls = [...document.querySelectorAll(
    "a[href], button, input:not([type='hidden']), select, textarea, summary, [tabindex='0']",
  )].filter((one) => !one.disabled && one.checkVisibility({ visibilityProperty: true }));
  const look = (one) => {
    const style = one && getComputedStyle(one);
    return style && [
      style.outlineStyle, style.outlineWidth, style.outlineColor, style.boxShadow,
      style.borderTopColor, style.backgroundColor, style.opacity,
    ].join(" ");
  };
  const around = (one) => [one, one.nextElementSibling, one.parentElement].map(look).join("|");
  const still = new CSSStyleSheet();
  still.replaceSync("* { transition: none !important; }");
  document.adoptedStyleSheets.push(still);
  const before = document.activeElement;
  const without = [];
  for (const control of controls) {
    document.activeElement?.blur();
    const plain = around(control);
    control.focus({ preventScroll: true });
    if (document.activeElement === control && around(control) === plain) {
      without.push(control.outerHTML.slice(0, 160));
    }
  }
  document.activeElement?.blur();
  before?.focus?.({ preventScroll: true });
  document.adoptedStyleSheets.pop();
  return without;
}"""
CONTROLS = {
    *("button", "link", "textbox", "searchbox", "spinbutton", "combobox", "listbox", "checkbox"),
    *("radio", "slider", "menuitem", "switch", "tab", "DisclosureTriangle", "radiogroup"),
    *("img", "image", "dialog", "region"),
}


def troubles_of(page: Page) -> list[str]:
    """Everything that is wrong with the page that is open, in words; it is left as it was."""
    usual = page.viewport_size
    page.evaluate(OPEN_ALL)
    page.evaluate(AXE + ";0")
    told = [*_spoken(page), *_by_keyboard(page)]
    for width, height in WINDOWS:
        page.set_viewport_size({"width": width, "height": height})
        if page.evaluate(IS_WIDER):
            told.append(f"wider than {width}")
        if width in (1440, 390):
            told += (f"axe {width} {one}" for one in page.evaluate(RUN_AXE, width == 390))
    if usual is not None:
        page.set_viewport_size(usual)
    return told


def _by_keyboard(page: Page) -> Iterator[str]:
    for one in page.evaluate(IN_TAB_ORDER):
        yield f"out of the order of the page: {one}"
    page.keyboard.press("Shift")
    for one in page.evaluate(WITHOUT_FOCUS_SHOWN):
        yield f"does not show that it has the focus: {one}"


def _spoken(page: Page) -> Iterator[str]:
    """From the tree that screen readers are given: controls without a name, headings astray."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    # What lies behind an open dialog is not spoken, the page's first heading among it.
    is_dialog = page.evaluate("() => !!document.querySelector('dialog:modal')")
    level = 1 if is_dialog else 0
    for node in nodes:
        if node.get("ignored"):
            continue
        role, name = _text(node, "role"), _text(node, "name").strip()
        if role in CONTROLS and not name:
            yield f"has no name: {role} {_text(node, 'description')}"
        if role == "heading":
            new = next(
                int(one["value"]["value"]) for one in node["properties"] if one["name"] == "level"
            )
            if new > level + 1:
                yield f"heading of level {new} after {level}: {name}"
            level = new
    first = sum(_is_first_heading(node) for node in nodes)
    if first != (0 if is_dialog else 1):
        yield f"{first} headings of level 1"


def _is_first_heading(node: dict[str, Any]) -> bool:
    levels = [one["value"]["value"] for one in node.get("properties", ()) if one["name"] == "level"]
    return not node.get("ignored") and _text(node, "role") == "heading" and levels == [1]


def _text(node: dict[str, Any], part: str) -> str:
    return str(node.get(part, {}).get("value", ""))
