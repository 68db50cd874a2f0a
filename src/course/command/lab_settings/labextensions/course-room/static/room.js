/*
 * How a page keeps its room and its place. In a narrow window the list beside it is closed, and opened
 * again in a wide one; who opens it by hand in a narrow window keeps it. When a page becomes wider or
 * narrower, the line at its top edge stays there. JupyterLab keeps the pixels above it instead, and a
 * reader who narrows the window finds other cells.
 */
{  // names of its own: scripts of a page share theirs
    const NARROW = window.matchMedia('(max-width: 800px)');
    const LIST = 'course:list';  // in a narrow window: closed by this script, or opened by hand
    const PANE = '.jp-Notebook > .jp-WindowedPanel-outer';

    let listWidth = 0;  // pixels in a wide window; at least what JupyterLab wants
    const places = new WeakMap();  // of a page: its width, the cell at its top edge, the part of it above

    const box = element => element.getBoundingClientRect();

    const note = pane => {
        const { top } = box(pane);
        const cell = [...pane.querySelectorAll('.jp-Cell')].find(cell => box(cell).bottom > top);
        const part = cell && (top - box(cell).top) / box(cell).height;
        places.set(pane, { width: pane.clientWidth, cell, part });
    };

    const noteScroll = ({ target: pane }) => {
        if (places.get(pane)?.width === pane.clientWidth) note(pane);
    };

    const hold = pane => {
        const { width, cell, part } = places.get(pane) ?? {};
        if ([0, width].includes(pane.clientWidth)) return;  // behind another page it has none
        if (pane.scrollTop && cell?.isConnected)
            pane.scrollTop += box(cell).top + part * box(cell).height - box(pane).top;
        note(pane);
    };

    /* Of the room for the list, the page and what is to the right of it. JupyterLab has no public way. */
    const give = (split, pixels) => {
        const [, page, right] = split.relativeSizes(), list = pixels / split.node.offsetWidth;
        split.setRelativeSizes([list, Math.max(page - list, 0), right]);
    };

    const fitList = shell => {
        const list = localStorage.getItem(LIST);
        if (!NARROW.matches) {
            localStorage.removeItem(LIST);
            if (list !== 'closed') return;
            shell.expandLeft();
            give(shell._hsplitPanel, listWidth);
        } else if (!list && !shell.leftCollapsed) {
            localStorage.setItem(LIST, 'closed');
            listWidth = document.getElementById('jp-left-stack').offsetWidth;
            shell.collapseLeft();
            give(shell._hsplitPanel, 0);  // who opens it has it as narrow as it can be
        }
    };

    const plugin = {
        id: 'course:room',
        autoStart: true,
        activate: ({ restored, shell }) => {
            const widths = new ResizeObserver(changes => changes.forEach(({ target }) => hold(target)));
            const follow = () => {
                const pane = shell.currentWidget?.node.querySelector(PANE);
                if (!pane) return;
                widths.observe(pane);
                pane.addEventListener('scroll', noteScroll);
            };
            shell.currentChanged.connect(follow);
            follow();
            restored.then(() => {
                fitList(shell);
                NARROW.addEventListener('change', () => fitList(shell));
                shell.layoutModified.connect(() => {
                    if (NARROW.matches && !shell.leftCollapsed) localStorage.setItem(LIST, 'opened');
                });
            });
        },
    };

    (window._JUPYTERLAB ??= {})['course-room'] = { init: () => {}, get: async () => () => plugin };
}
