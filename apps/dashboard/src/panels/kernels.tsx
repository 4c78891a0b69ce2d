import { useEffect, useRef, useState } from 'preact/hooks';
import { fetchKernels, Refused } from '../api.js';
import { count } from '../format.js';
import { Panel } from '../panel.js';
import type { Run } from '../session.js';

/** The kernels of the first layer as the newest checkpoint has them. */
export function Kernels({ run }: { readonly run: Run }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [shown, setShown] = useState<{ readonly step: number } | { readonly problem: string }>();
  const { checkpoint } = run.feed.history;
  useEffect(() => {
    let current = true;
    const draw = async () => {
      try {
        const { picture, step } = await fetchKernels(run.info.id);
        if (!current || !canvas.current) return;
        Object.assign(canvas.current, { width: picture.width, height: picture.height });
        canvas.current.getContext('2d')?.drawImage(picture, 0, 0);
        setShown({ step });
      } catch (error) {
        // What was there is better than the news that the server is gone.
        if (current) setShown((before) => (before && 'step' in before && !(error instanceof Refused) ? before : { problem: (error as Error).message }));
      }
    };
    if (run.feed.isComplete) void draw();
    return () => {
      current = false;
    };
  }, [run, checkpoint, run.feed.isComplete]);
  const problem = shown && 'problem' in shown ? shown.problem : undefined;
  return (
    <Panel id="kernels" title="Kernels of the first layer" {...(shown && 'step' in shown ? { note: `step ${count(shown.step)}` } : {})}>
      <div class="picture">
        <canvas ref={canvas} hidden={!shown || problem !== undefined} role="img" aria-label="The kernels of the first layer, one square each" />
        {(!shown || problem !== undefined) && <p class="nothing">{problem ?? 'They come from the newest checkpoint.'}</p>}
      </div>
    </Panel>
  );
}
