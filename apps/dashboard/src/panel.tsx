import type { ComponentChildren } from 'preact';

interface PanelProps {
  /** Its own among the panels; the style gives it its place. */
  readonly id: string;
  readonly title: string;
  /** What one looks at, in a few words. */
  readonly note?: string;
  readonly children: ComponentChildren;
}

/** A part of the page with a heading. */
export function Panel({ id, title, note, children }: PanelProps) {
  return (
    <section id={id} class="panel" aria-labelledby={`${id}-title`}>
      <header>
        <h2 id={`${id}-title`}>{title}</h2>
        {note !== undefined && <p class="note">{note}</p>}
      </header>
      {children}
    </section>
  );
}

/** What stands where nothing is yet. */
export function Nothing({ children }: { readonly children: ComponentChildren }) {
  return <p class="nothing">{children}</p>;
}
