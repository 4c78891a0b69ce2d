/** What `run.mjs` found, as text: Markdown tables that also read well in a terminal. */

const number = (value) => (value === undefined ? '–' : value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toPrecision(2));
const times = (ratio) => (ratio === undefined ? '–' : `${number(ratio.median)}×`);
const range = (ratio) => (ratio === undefined ? '–' : `${number(ratio.least)} to ${number(ratio.greatest)}`);

function table(head, rows) {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join('\n');
}

/** The ratios that say most, from the peer they are to. */
const headlines = [
  { figure: 'forwardImagesPerSecond', peer: 'onnxruntime-web', text: 'forward, against onnxruntime-web' },
  { figure: 'latencyMs', peer: 'onnxruntime-web', text: 'latency of one image, against onnxruntime-web' },
  { figure: 'trainImagesPerSecond', peer: 'pytorch', text: 'training, against PyTorch as it comes' },
  { figure: 'trainImagesPerSecond', peer: 'pytorch-conv', text: 'training, against PyTorch with dense layers on oneDNN' },
  { figure: 'trainImagesPerSecond', peer: 'tfjs-cpu', text: 'training, against tfjs in JavaScript' },
];

/** @returns {string} Markdown. */
export function report({ command, date, machine, model, batch, threads, rounds, peers, leftOut }) {
  const batchNote = (used) => (used === undefined || used === batch ? '' : ` (batch ${used})`);
  const rows = peers.map(({ peer, version, threads: used, forwardImagesPerSecond, forwardBatch, latencyMs, trainImagesPerSecond, trainBatch, ratios }) => [
    peer, version, String(used),
    number(forwardImagesPerSecond) + batchNote(forwardImagesPerSecond && forwardBatch), times(ratios.forwardImagesPerSecond),
    number(latencyMs), times(ratios.latencyMs),
    number(trainImagesPerSecond) + batchNote(trainImagesPerSecond && trainBatch), times(ratios.trainImagesPerSecond),
  ]);
  const ratioOf = ({ figure, peer }) => peers.find((row) => row.peer === peer)?.ratios[figure];
  const parts = [
    `${model}, batch ${batch}, ${threads} threads: medians of ${rounds} rounds in turn. ${machine.processor}, ${machine.cores} cores, ${machine.system}, Node ${machine.node}; ${date}. \`${command}\``,
    table(['peer', 'version', 'threads', 'forward, images/s', 'convkit is', 'latency, ms', 'convkit is', 'training, images/s', 'convkit is'], rows),
    '"convkit is": how many times as fast as the peer, median over the rounds. Times of a shared machine wander; only ratios of one run say something.',
    table(['convkit is', 'median', 'rounds'], headlines.map((headline) => [headline.text, times(ratioOf(headline)), range(ratioOf(headline))])),
    table(['peer', 'checked', 'note'], peers.map(({ peer, check, note }) => [peer, check, note])),
  ];
  if (leftOut.length > 0) parts.push(table(['left out', 'why'], leftOut.map(({ peer, reason }) => [peer, reason.replaceAll('|', '/')])));
  return `${parts.join('\n\n')}\n`;
}
