// A module of its own, so that it is loaded only where a proxy is set: the package is large. Re-exported by name from a
// static import, since a bundled dynamic import of a CommonJS package has no names.
export {EnvHttpProxyAgent} from 'undici';
