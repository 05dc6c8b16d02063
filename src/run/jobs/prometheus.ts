// A module of its own, loaded only where metrics are asked for. Re-exported by name from a static import, since a bundled
// dynamic import of a CommonJS package has no names.
export {Gauge, Registry} from 'prom-client';
