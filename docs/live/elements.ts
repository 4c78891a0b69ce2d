/** An element with attributes and children; functions become listeners. */
export function element<T extends keyof HTMLElementTagNameMap>(
  tag: T,
  attributes: Readonly<Record<string, string | number | boolean | (() => void)>> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[T] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name, value);
    else if (value !== false) made.setAttribute(name, value === true ? '' : String(value));
  }
  made.append(...children);
  return made;
}

/** A slider with its name and its value beside it. */
export function slider(name: string, range: { readonly min: number; readonly max: number; readonly step: number; readonly value: number }, changed: () => void): { readonly field: HTMLElement; value(): number } {
  const output = element('output', {}, String(range.value));
  const input = element('input', {
    type: 'range',
    ...range,
    input: () => {
      output.textContent = input.value;
      changed();
    },
  });
  return { field: element('label', { class: 'field' }, `${name} `, input, ' ', output), value: () => Number(input.value) };
}

/** A choice among texts. */
export function choice(name: string, options: readonly string[], changed: () => void): { readonly field: HTMLElement; index(): number } {
  const select = element('select', { change: changed }, ...options.map((option) => element('option', {}, option)));
  return { field: element('label', { class: 'field' }, `${name} `, select), index: () => select.selectedIndex };
}

/** A picture of one channel, with a caption. */
export class Picture {
  readonly figure: HTMLElement;
  readonly canvas = element('canvas');
  readonly #caption = element('figcaption');

  constructor(caption: string) {
    this.#caption.textContent = caption;
    this.figure = element('figure', {}, this.canvas, this.#caption);
  }

  set caption(text: string) {
    this.#caption.textContent = text;
  }

  /** Draws numbers: grey from 0 to `most`, or, where there are numbers below zero, blue below and orange above. */
  draw(data: ArrayLike<number>, width: number, height: number, most = mostOf(data)): void {
    this.canvas.width = width;
    this.canvas.height = height;
    this.canvas.setAttribute('role', 'img');
    this.canvas.setAttribute('aria-label', `${this.#caption.textContent}, ${width} by ${height} pixels`);
    const signed = Array.from(data).some((value) => value < 0);
    const pixels = new ImageData(width, height);
    for (let i = 0; i < width * height; i++) pixels.data.set([...(signed ? signedColour(data[i] / most) : greyColour(data[i] / most)), 255], 4 * i);
    this.canvas.getContext('2d')?.putImageData(pixels, 0, 0);
  }
}

/** The largest absolute value, or 1 where all are 0. */
function mostOf(data: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < data.length; i++) most = Math.max(most, Math.abs(data[i]));
  return most || 1;
}

function greyColour(part: number): number[] {
  return [255 * part, 255 * part, 255 * part];
}

/** White at 0, orange at 1, blue at -1. */
function signedColour(part: number): number[] {
  const [r, g, b] = part > 0 ? [217, 95, 2] : [31, 90, 180];
  const strength = Math.min(1, Math.abs(part));
  return [255 + (r - 255) * strength, 255 + (g - 255) * strength, 255 + (b - 255) * strength];
}
