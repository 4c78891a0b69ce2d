import { packageBuild } from '../../tools/tsup.ts';

// Readers whose tsconfig asks for an earlier library have the types of `using`, too.
export default packageBuild({ dts: { banner: '/// <reference lib="esnext.disposable" />' } });
