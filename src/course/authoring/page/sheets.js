// What is printed, as blocks that no sheet cuts, and where sheets begin. Which blocks belong
// together and what it costs to part others, the style says: `break-*` and `--cut`.
const look = e => getComputedStyle(e);
const seen = e => e.getClientRects().length > 0;
const whole = e =>
  look(e).breakInside === 'avoid' || /flex|grid/.test(look(e).display)
  || [...e.childNodes].some(n => n instanceof Text && n.data.trim())
  || ![...e.children].some(seen) || [...e.children].some(c => look(c).display.startsWith('inline'));
const blocks = e => !seen(e) ? [] : whole(e) ? [e] : [...e.children].flatMap(blocks);
// A block and all that ends, or begins, with it: the other, below or above it, stands outside.
const around = (e, other) => !other || e.contains(other) ? [] : [e, ...around(e.parentElement, other)];
const held = (above, below) =>
  around(above, below).some(e => look(e).breakAfter === 'avoid')
  || around(below, above).some(e => look(e).breakBefore === 'avoid');
// Width and height between the margins that `@page` tells, in millimetres.
const room = () => {
  const {style} = [...document.styleSheets[0].cssRules].find(rule => rule instanceof CSSPageRule);
  const [[width, height], [above, beside]] = [style.size, style.margin].map(
    lengths => lengths.split(' ').map(parseFloat));
  return [width - 2 * beside, height - 2 * above];
};

globalThis.measured = () => {
  const [width, height] = room();
  document.body.style.width = `${width}mm`;
  const all = globalThis.all = blocks(document.querySelector('main'));
  const measures = all.map((e, k) => {
    const [above, below] = [all[k - 1], all[k + 1]];
    const [begin, end] = [around(e, above).at(-1) ?? e, around(e, below).at(-1) ?? e];
    return {
      top: begin.getBoundingClientRect().top,
      bottom: end.getBoundingClientRect().bottom,
      head: e.closest('tbody')?.parentElement.tHead?.offsetHeight ?? 0,
      figure: e.matches('.figure') ? e.offsetHeight : 0,
      held: !!above && held(above, e),
      cut: above ? Number(look(above).getPropertyValue('--cut')) : 0,
      fold: e.closest('[id^=answer-], details.hints')?.id ?? '',
    };
  });
  return [height * 96 / 25.4 - 2, measures];  // in CSS pixels, less two for rounding
};
// A sheet's figures keep a share of their height, so that what belongs to it finds its place.
globalThis.laid = sheets => sheets.forEach(({first, end, share}) => {
  around(all[first], all[first - 1]).forEach(e => e.classList.add('begins'));
  if (share === 1) return;
  const pictures = all.slice(first, end).flatMap(e => [...e.querySelectorAll('.figure > img')]);
  const widths = pictures.map(i => share * i.offsetWidth);
  pictures.forEach((i, k) => { i.style.flex = 'none'; i.style.width = `${widths[k]}px`; });
});
