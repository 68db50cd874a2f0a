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

globalThis.measured = () => {
  const all = globalThis.all = blocks(document.querySelector('main'));
  return all.map((e, k) => {
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
};
// A sheet's figures keep a share of their height, so that what belongs to it finds its place.
globalThis.laid = sheets => sheets.forEach(({first, end, share}) => {
  around(all[first], all[first - 1]).forEach(e => e.classList.add('begins'));
  if (share < 1) all.slice(first, end).forEach(e => e.querySelectorAll('.figure > img').forEach(
    i => { i.style.maxHeight = `${share * i.offsetHeight}px`; }));
});
