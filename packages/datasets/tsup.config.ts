import { packageBuild } from '../../tools/tsup.ts';

// modern-tar is part of the build, so that whoever installs this package installs nothing more; its notice is in THIRD-PARTY.md.
export default packageBuild({ noExternal: ['modern-tar'] });
