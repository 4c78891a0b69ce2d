import { plot, type PlotOptions } from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/** A chart as the text of an SVG file. The library draws into a document, which is made here without a browser. */
export function chart(options: PlotOptions): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const svg = plot({ width: 760, height: 440, marginLeft: 56, marginRight: 130, style: { background: 'white', color: 'black', fontSize: '12px' }, ...options, document });
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return `${svg.outerHTML}\n`;
}
