"""Barriers that axe-core finds on a page; of contrast it is asked once for each look of words.

A thousand words of one class, size and colour on one ground have one contrast: two of them stay
on the page while axe-core measures, with what they stand in.
"""

from contextlib import contextmanager

ALIKE = """css => {
    const parts = [...document.querySelectorAll(`:is(${css}), :is(${css}) *`)];
    const looks = new Map(), alike = new Set(parts), grounds = new Map([[null, '']]);
    const ground = e => {
        if (!grounds.has(e)) {
            const {backgroundColor, backgroundImage, opacity} = getComputedStyle(e);
            const own = [backgroundColor, backgroundImage, opacity].join();
            const clear = own === 'rgba(0, 0, 0, 0),none,1';
            grounds.set(e, (clear ? '' : own) + ground(e.parentElement));
        }
        return grounds.get(e);
    };
    const speaks = e => e.matches('input, select, textarea')
        || [...e.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
    const keep = e => { for (let part = e; alike.delete(part);) part = part.parentElement; };
    parts.filter(e => e.matches('style, link')).forEach(keep);
    for (const e of parts.filter(e => speaks(e) && e.checkVisibility())) {
        const {color, fontSize, fontWeight} = getComputedStyle(e);
        const told = [e.localName, e.className, e.closest(':disabled') !== null];
        const look = [...told, color, fontSize, fontWeight, ground(e)].join();
        looks.set(look, 1 + (looks.get(look) ?? 0));
        if (looks.get(look) < 3) keep(e);
    }
    return [...alike].filter(e => !alike.has(e.parentElement));
}"""


@contextmanager
def without(page, css: str, chosen: str = "css => [...document.querySelectorAll(css)]"):
    """Leave parts of a page out of it for a while: those that fit, or that a script chooses."""
    script = f"""css => {{
        const places = ({chosen})(css).map(part => {{
            const place = document.createComment('');
            part.replaceWith(place);
            return [place, part];
        }});
        return () => places.forEach(([place, part]) => place.replaceWith(part));
    }}"""
    back = page.evaluate_handle(script, css)
    try:
        yield
    finally:
        back.evaluate("back => back()")


def barriers(page, css: str, *unasked: str):
    """Return what axe-core finds in all that fits, by every rule but some, and but of contrast."""
    rules = {name: {"enabled": False} for name in ("color-contrast", *unasked)}
    return _found(page, css, rules=rules, resultTypes=["violations"])


def pale(page, css: str):
    """Return where axe-core finds too little contrast; it measures a dozen looks at least."""
    with without(page, css, ALIKE):
        found = _found(page, css, runOnly=["color-contrast"], resultTypes=["violations", "passes"])
    known = found.response["violations"] + found.response["passes"]
    assert sum(len(rule["nodes"]) for rule in known) > 12
    return found


def _found(page, css: str, **options):
    from axe_playwright_python.base import AXE_SCRIPT, AxeResults

    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return AxeResults(page.evaluate("asked => axe.run(...asked)", [css, options]))
