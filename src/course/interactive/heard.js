/* What is said beside the controls: a card that came, and that the kernel is gone. */
let deaf;
/* Where nothing can be moved or pressed any more, nothing is lost. */
const hands = ':is(input, button, select):enabled, .noUi-handle, canvas';
const gone = () => page.matches('.jupyter-widgets-disconnected') || window.courseKernel?.() === false;
const lost = () => gone() &&
    [...page.querySelectorAll(hands)].some(hand => !hand.closest('[style*="display: none"]'));
const listen = () => {
    if (lost() === Boolean(deaf)) return;
    deaf?.remove();
    deaf = lost() ? page.appendChild(document.createElement('div')) : undefined;
    if (deaf) deaf.textContent = window.courseHeard.textContent = words.deaf;
};
/* A card that comes whole is not read out; what changes in a place that was there before is. */
if (!window.courseHeard) {
    const place = window.courseHeard = document.createElement('div');
    place.style.cssText = words.unseen;
    set(place, 'role', 'status');
    document.body.append(place);
    const card = '.jp-OutputArea [role=status]';
    const starred = cell => cell?.querySelector('.jp-InputPrompt')?.textContent.includes('*');
    const runs = part => (window.courseRuns ?? starred)(part.closest('.jp-Cell'));
    const told = node => node.matches?.(card) ? node : node.querySelector?.(card);
    new MutationObserver(changes => {
        for (const found of changes.flatMap(change => [...change.addedNodes].map(told))) {
            if (!found?.innerText || found.closest('.course-awake') || !runs(found)) continue;
            found.removeAttribute('role');
            place.textContent = found.innerText;
        }
    }).observe(document.body, { childList: true, subtree: true });
}
watch(listen);
for (const kind of ['focusin', 'click']) page.addEventListener(kind, listen);  /* nothing else tells */
