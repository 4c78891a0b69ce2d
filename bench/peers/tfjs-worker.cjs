/** Entry of a thread of tfjs-wasm in Node: the package's own worker, told where its main script lies, for which it would look behind a URL of a blob. */
const { wasmWorkerContents } = require('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.worker.js');

const main = require.resolve('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js');
URL.createObjectURL = () => main;
URL.revokeObjectURL = () => undefined;
// Line ends inside its strings were unescaped when the package was made.
new Function('require', '__filename', wasmWorkerContents.replaceAll('\n', '\\n'))(require, __filename);
