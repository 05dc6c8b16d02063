import {join} from 'node:path';
import {manifestName} from '../archive/layout.ts';
import type {HeaderLine} from '../archive/manifest.ts';
import type {LoadedConfig} from '../access/config/load.ts';
import type {Context} from '../base/context.ts';
import {ExportError} from '../base/errors.ts';
import {flagsOfJob} from './jobs/job-options.ts';
import {openableNamed} from './registry.ts';
import type {SourceDefinition} from '../sources/types.ts';
import type {ExportFlags, FlagsOf} from '../query/options.ts';
import type {OpenedSource} from '../access/open-source.ts';

/** The flags that say where a source is and how one gets in. */
export type ConnectionFlags = FlagsOf<'profile' | 'config' | 'baseUrl' | 'host'> & {readonly requestProfile?: string};

/** What opening an archive's source may look at. */
export interface ArchiveOpening {
	/** The archive's directory. */
	readonly dir: string;
	readonly header: HeaderLine;
	readonly flags: ConnectionFlags;
	readonly context: Context;
	/** Reads the configuration, once it is needed. */
	readonly config: () => Promise<LoadedConfig>;
	readonly warn: (message: string) => void;
}

/** The source of an archive, and the flags that asked for what is in it. */
export interface OpenedArchiveSource {
	readonly opened: OpenedSource;
	readonly flags: ExportFlags;
}

/**
 * Opens the source that an archive's first line names, with the options that its rows were asked for with. Nothing has
 * been sent yet.
 * @throws UsageError when it is not known here, or cannot be used without more
 */
export async function openArchivedSource({
	dir, header, flags: connection, context, config, warn,
}: ArchiveOpening): Promise<OpenedArchiveSource> {
	const {open, options} = openableNamed(header.source);
	// Nothing else is a run's to keep there, and who can write to a manifest must not say where requests go.
	const kept = options.filter(({decides}) => decides === 'rows' || decides === 'records');
	const own = flagsOfJob(optionsOf(header), {rows: kept, file: join(dir, manifestName), path: ['query']});
	const {profile, config: file, baseUrl, host, requestProfile} = connection;
	const given = {profile, config: file, baseUrl, host, requestProfile};
	const flags: ExportFlags = {...own, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))};
	return {opened: await open(flags, {context, config: await config(), warn}), flags};
}

/**
 * The source whose rows an archive holds. Where the rows of the console's log searches have their ids and times stands
 * in a request profile; of the others everything is known.
 * @returns why it is not known, where it is not
 */
export async function archivedSource(opening: ArchiveOpening): Promise<SourceDefinition | string> {
	try {
		const {outline, shape} = openableNamed(opening.header.source);
		if (shape === 'outline') return outline;
		const {opened} = await openArchivedSource(opening);
		return opened.source;
	} catch (error) {
		if (error instanceof ExportError) return error.message;
		throw error;
	}
}

/** The options of the job that an archive is of, as its first line keeps them; where it is aside. */
function optionsOf({query}: HeaderLine): Record<string, string | string[] | boolean> {
	const options: Record<string, string | string[] | boolean> = {};
	for (const [name, value] of Object.entries(query)) {
		if (name === 'base_url') continue;
		options[name] = Array.isArray(value) ? value.map(entry => textOf(entry)) : typeof value === 'boolean' ? value : textOf(value);
	}
	return options;
}

/** A member of the query as an option's value. */
export function textOf(value: unknown): string {
	return typeof value === 'string' ? value : JSON.stringify(value);
}
