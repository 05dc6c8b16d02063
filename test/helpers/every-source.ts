import {sandboxVendors} from '../../src/sandbox/vendors/index.ts';
import {sourceFiles} from '../../src/sources/index.ts';
import type {SampleRow, SourceDefinition, SourceFile} from '../../src/sources/types.ts';

/** Every source of the registry, with the least that its command line takes: a value for each place in its path. */
export const everySource: ReadonlyArray<SourceFile & {readonly args: readonly string[]}> = Object.values<SourceFile>(sourceFiles).map(({source, sample}) => {
	const places = Object.values(source.options).filter(option => option.in === 'path');
	return {source, sample, args: [source.name, ...places.flatMap(({flags, parameter}) => [flags.split(' ')[0] ?? '', sandboxVendors[source.vendor].places[parameter] ?? ''])]};
});

/** The sandbox's rows of a source. */
export function sampleOf({name}: Pick<SourceDefinition, 'name'>): SampleRow {
	const found = everySource.find(({source}) => source.name === name);
	if (found === undefined) throw new Error(`${name} is not known`);
	return found.sample;
}
