this.remove();
/* JupyterLab scrolls to the place; the focus, and the cell that is chosen, follow here. */
window.courseLead ??= (document.addEventListener('click', event => {
    const link = event.target.closest?.('.jp-Notebook a[href*="#"]');
    let tries = 30;
    const seen = e => e.textContent.startsWith(link.textContent) && e.checkVisibility()
        && e.getBoundingClientRect().top < innerHeight && e.getBoundingClientRect().bottom > 0;
    const follow = () => {
        const head = [...document.querySelectorAll('.jp-Notebook :is(h2, h3)')].find(seen);
        if (head) head.closest('.jp-Cell').focus({ preventScroll: true });
        else if (tries--) setTimeout(follow, 100);
    };
    if (link) setTimeout(follow, 300);
}, true), true);
