import { useEffect, useState } from 'preact/hooks';
import { fetchActivations, imageAddress, Refused } from '../api.js';
import { count, percent } from '../format.js';
import { Nothing, Panel } from '../panel.js';
import { className } from '../run-state.js';
import type { Run } from '../session.js';
import type { Activations } from '../wire.js';

interface ActivationsProps {
  readonly run: Run;
  readonly image: number;
  readonly onChoose: (image: number) => void;
}

/** What each layer makes of one test image. */
export function ActivationMaps({ run, image, onChoose }: ActivationsProps) {
  const [shown, setShown] = useState<Activations | { readonly problem: string }>();
  const { checkpoint, start } = run.feed.history;
  useEffect(() => {
    let current = true;
    const show = async () => {
      try {
        const found = await fetchActivations(run.info.id, image);
        if (current) setShown(found);
      } catch (error) {
        // What was there is better than the news that the server is gone.
        if (current) setShown((before) => (before && 'step' in before && before.image === image && !(error instanceof Refused) ? before : { problem: (error as Error).message }));
      }
    };
    if (run.feed.isComplete) void show();
    return () => {
      current = false;
    };
  }, [run, image, checkpoint, run.feed.isComplete]);
  return (
    <Panel id="activations" title="Activations" note={shown && 'step' in shown ? `of test image ${shown.image} at step ${count(shown.step)}; one square for each channel` : 'of one test image'}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onChoose(Number(new FormData(event.currentTarget).get('image')));
        }}
      >
        <label>
          Test image <input key={image} name="image" type="number" inputMode="numeric" required min="0" {...(start ? { max: start.testImages - 1 } : {})} defaultValue={String(image)} />
        </label>
        <button type="submit">Show</button>
      </form>
      {shown === undefined ? <Nothing>They come from the newest checkpoint.</Nothing> : 'problem' in shown ? <Nothing>{shown.problem}</Nothing> : <Maps run={run} activations={shown} />}
    </Panel>
  );
}

function Maps({ run, activations: { step, image, label, guesses, layers } }: { readonly run: Run; readonly activations: Activations }) {
  return (
    <div class="activations">
      <div class="input">
        <img src={imageAddress(run.info.id, image)} width="120" height="120" alt={`Test image ${image}`} />
        <div>
          <p>
            It shows: <b>{className(run, label)}</b>
          </p>
          <ol class="guesses" aria-label="The likeliest classes">
            {guesses.slice(0, 5).map(({ class: name, probability }) => (
              <li key={name}>
                <span>{name}</span>
                <b>{percent(probability)}</b>
                <span class="bar" style={{ '--much': `${100 * probability}%` }} />
              </li>
            ))}
          </ol>
        </div>
      </div>
      <ul class="layers">
        {layers.map(({ name, kind, shape, url }) => (
          <li key={name}>
            {/* The address does not change with the checkpoint, what lies there does. */}
            <img key={step} src={`${url.replace(/^\//, '')}?step=${step}`} loading="lazy" alt={`Activations of ${name}`} />
            <b>{name}</b> <span class="note">{`${kind} ${shape.join('×')}`}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
