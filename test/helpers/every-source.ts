import {sandboxVendors} from '../../src/sandbox/vendors/index.ts';
import {sources} from '../../src/sources/index.ts';
import type {SourceDefinition} from '../../src/sources/types.ts';

/** Every source of the registry, with the least that its command line takes: a value for each place in its path. */
export const everySource: ReadonlyArray<{readonly source: SourceDefinition; readonly args: readonly string[]}> = Object.values<SourceDefinition>(sources).map(source => {
	const places = Object.values(source.options).filter(option => option.in === 'path');
	return {source, args: [source.name, ...places.flatMap(({flags, parameter}) => [flags.split(' ')[0] ?? '', sandboxVendors[source.vendor].places[parameter] ?? ''])]};
});
