export {consolePaths} from './console/handler.ts';
export {consoleShapeNames, type ConsoleShapeName} from './console/shape-names.ts';
export {signInPaths} from './oauth/sign-in.ts';
export {sandboxUser} from './oauth/user.ts';
export type {IssuedTokens} from './oauth/user-tokens.ts';
export type {ConsoleAccess, Sandbox, SandboxOptions, SandboxRequest, SignInStats} from './options.ts';
export {createSandbox} from './sandbox.ts';
export {serveSandbox, type ServedSandbox} from './serve.ts';
export type {ListedRow} from './timeline.ts';
