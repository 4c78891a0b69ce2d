import { defineConfig } from 'tsup';

export default defineConfig({
  // A worker's script lies beside the command.
  entry: {
    alexnet: 'src/alexnet.ts',
    'insight-worker': 'src/dashboard/insight-worker.ts',
    'loader-worker': 'src/loader/loader-worker.ts',
    'prepare-worker': 'src/prepare/prepare-worker.ts',
    'tensorboard-worker': 'src/readers/tensorboard/tensorboard-worker.ts',
  },
  format: ['esm'],
  target: 'node20',
  platform: 'node',
  sourcemap: true,
  clean: true,
  keepNames: false,
});
