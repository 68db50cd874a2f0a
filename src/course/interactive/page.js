/* With this begins each script of a box: which box, its words, and how to look at it again. */
const page = this.closest('.course-awake');
this.tries = (this.tries ?? 0) + 1;
if (!page && !this.isConnected && this.tries < 50) {  /* its box hasn't taken it in yet */
    setTimeout(() => { this.src = 'data:,'; }, 100);
    return;
}
this.remove();
if (!page) return;
const words = page.querySelector('.course-words').dataset;
const set = (element, key, value) => {
    if (element && value && element.getAttribute(key) !== value) element.setAttribute(key, value);
};
const fresh = () => `course-${window.courseCount = (window.courseCount ?? 0) + 1}`;
const watch = look => {
    let due;
    const late = () => { due = undefined; look(); };
    new MutationObserver(() => { due ??= setTimeout(late, 50); }).observe(page, {
        subtree: true, childList: true, characterData: true, attributes: true,
        attributeFilter: ['class', 'aria-valuetext', 'title', 'disabled'],
    });
    look();
};
