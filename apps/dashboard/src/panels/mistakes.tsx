import { imageAddress } from '../api.js';
import { count, loss } from '../format.js';
import { Nothing, Panel } from '../panel.js';
import { className } from '../run-state.js';
import type { Run } from '../session.js';

interface MistakesProps {
  readonly run: Run;
  /** The image whose activations are shown. */
  readonly chosen: number;
  readonly onChoose: (image: number) => void;
}

/** The test images that the network was most wrongly sure of. */
export function Mistakes({ run, chosen, onChoose }: MistakesProps) {
  const { mistakes } = run.feed.history;
  return (
    <Panel id="mistakes" title="Worst mistakes" note={mistakes ? `test images at step ${count(mistakes.step)}; choose one to see what the layers make of it` : 'test images'}>
      {mistakes === undefined ? (
        <Nothing>They come with the first evaluation.</Nothing>
      ) : mistakes.worst.length === 0 ? (
        <Nothing>None: all test images were judged rightly.</Nothing>
      ) : (
        <ol class="pictures">
          {mistakes.worst.map(({ image, label, guess, loss: much }) => (
            <li key={image}>
              <button type="button" aria-pressed={image === chosen} onClick={() => onChoose(image)}>
                <img src={imageAddress(run.info.id, image)} width="72" height="72" loading="lazy" alt={`Test image ${image}.`} />
                <span class="label">{className(run, label)}</span>
                <span class="guess">
                  <span class="unseen">taken for </span>
                  <span aria-hidden="true">→ </span>
                  {className(run, guess)}
                </span>
                <span class="loss">loss {loss(much)}</span>
              </button>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
