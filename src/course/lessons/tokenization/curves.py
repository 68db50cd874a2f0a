"""The figure of this lesson: what changes as the vocabulary grows, in panels side by side."""

from course.interactive import plot


def over_sizes(sizes, panels, *, units, tops, alt: str) -> None:
    """Show curves over the size of the vocabulary, on a logarithmic axis.

    Parameters
    ----------
    sizes
        Sizes of the vocabulary.
    panels
        Title of each panel -> its curves: name -> a value for each size. The third is a pale band
        below the others, so that one which covers it is seen on it.
    units, tops
        Of each panel: what its vertical axis measures, and where that ends; it begins at 0.
    alt
        The figure in words.
    """
    fig, axes = plot.figure(1, len(panels), width=8.4, height=3.2)
    for ax, (title, lines), unit, top in zip(axes, panels.items(), units, tops, strict=True):
        for i, (name, values) in enumerate(lines.items()):
            look = {"color": plot.COLORS[i], "ls": plot.LINES[i], "ms": 4}
            if i == 2:
                look |= {"ls": "-", "lw": 7, "alpha": 0.4, "zorder": 1.5}
            ax.plot(sizes, values, marker="o", label=name, **look)
        ax.set(xscale="log", xlabel="size of the vocabulary", ylabel=unit)
        ax.set(title=title, ylim=(0, top))
        ax.set_xticks(sizes, [str(V) for V in sizes])
        ax.minorticks_off()
    axes[0].legend()
    plot.show(fig, alt=alt)
