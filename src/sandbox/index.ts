export type {Sandbox, SandboxOptions, SandboxRequest} from './options.ts';
export {createSandbox} from './sandbox.ts';
export {serveSandbox, type ServedSandbox} from './serve.ts';
export type {ListedRow} from './timeline.ts';
