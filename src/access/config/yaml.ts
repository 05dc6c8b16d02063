import {defaultLoaders} from 'cosmiconfig';

/**
 * The document in a YAML text, without types that could hold code. Throws a `YAMLException` for a syntax error.
 *
 * Of cosmiconfig only this loader is used: its search reads `.config/config.js` of the process's directory to
 * configure itself, and its `$import` follows paths to scripts, so either would run whatever code lies there.
 *
 * A module of its own, imported on demand: a bundled CommonJS package loses its names in a dynamic import.
 */
export function loadYaml(path: string, text: string): unknown {
	const document: unknown = defaultLoaders['.yaml'](path, text);
	return document;
}
