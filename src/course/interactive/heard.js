/* What is said beside the controls: a card that came, and that the kernel is gone. */
let deaf;
/* Where nothing can be moved or pressed any more, nothing is lost. */
const hands = ':is(input, button, select):enabled, .noUi-handle, canvas';
const gone = () => page.matches('.jupyter-widgets-disconnected') || window.courseKernel?.(page) === false;
const lost = () => gone() &&
    [...page.querySelectorAll(hands)].some(hand => !hand.closest('[style*="display: none"]'));
const listen = () => {
    if (lost() === Boolean(deaf)) return;
    deaf?.remove();
    deaf = lost() ? page.appendChild(document.createElement('div')) : undefined;
    if (!deaf) return;
    deaf.textContent = words.deaf;
    const said = window.courseHeard;  /* once for all the boxes of a page */
    if (said.textContent !== words.deaf) said.textContent = words.deaf;
};
/* A card that comes whole is not read out; what changes in a place that was there before is. */
if (!window.courseHeard) {
    const place = window.courseHeard = document.createElement('div');
    place.style.cssText = words.unseen;
    set(place, 'role', 'status');
    document.body.append(place);
    const card = '.jp-OutputArea :is([role=status], [data-mime-type$=stderr])';
    const starred = cell => cell?.querySelector('.jp-InputPrompt')?.textContent.includes('*');
    const runs = part => (window.courseRuns ?? starred)(part.closest('.jp-Cell'));
    /* An error is written late, when its cell runs no more; one that was stored is none to read out. */
    const chosen = part => [part.closest('.jp-Cell'), part.closest('.jp-Cell')?.nextElementSibling]
        .some(cell => cell?.matches('.jp-mod-active'));
    const told = node => node.matches?.(card) ? node
        : node.querySelector?.(card) ?? node.parentElement?.closest(card);
    new MutationObserver(changes => {
        for (const found of changes.flatMap(change => [...change.addedNodes].map(told))) {
            if (!found?.innerText || found.closest('.course-awake') || !found.checkVisibility()) continue;
            const text = found.innerText.trim(), error = !found.matches('[role=status]');
            const words = error && text.length > 400 ? text.split('\n').at(-1) : text;  /* a traceback */
            if (!(error ? chosen(found) : runs(found)) || found.courseHeard === words) continue;
            found.courseHeard = words;
            found.removeAttribute('role');
            place.textContent = words;
        }
    }).observe(document.body, { childList: true, subtree: true });
}
watch(listen);
for (const kind of ['focusin', 'course-kernel']) page.addEventListener(kind, listen);
