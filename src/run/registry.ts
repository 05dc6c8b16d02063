import type {OpenSource} from '../access/open-source.ts';
import {UsageError} from '../base/errors.ts';
import {nearestText} from '../base/nearest.ts';
import {searchOptions, searchOutline} from '../console/outline.ts';
import {exportOptions, type OptionRow} from '../query/options.ts';
import {searchKinds} from '../sources/app-log-kinds.ts';
import {sources} from '../sources/index.ts';
import type {SourceDefinition} from '../sources/types.ts';
import {vendors} from '../sources/vendors/index.ts';

/** Something that can be exported and archived: an API of its own, or one of the developer console's searches. */
export interface Openable {
	/** The words of its subcommand: `feishu-openapi`, `feishu-app-log event`. */
	readonly name: string;
	/** What is known of it before it is opened; enough for help, limits and plans. */
	readonly outline: SourceDefinition;
	/**
	 * Where the shape of its requests and rows stands: in the `outline`, in the request profile that was `learned`, or in
	 * `either`, as `--via` says.
	 */
	readonly shape: 'outline' | 'learned' | 'either';
	/** Every option of its subcommand, in the order of the help. */
	readonly options: readonly OptionRow[];
	/** The names that `--host` takes. */
	readonly hosts: readonly string[];
	/** Opens it; its code is loaded then, so that help need not wait for it. */
	readonly open: OpenSource;
}

/** All that can be opened, in the order of the help. */
export function openables(): readonly Openable[] {
	return [
		...Object.values<SourceDefinition>(sources).map((source): Openable => {
			const hosts = Object.keys(vendors[source.vendor].hosts);
			return {
				name: source.name, outline: source, shape: 'outline', options: exportOptions(source, hosts), hosts,
				open: async (flags, opening) => (await import('../access/open-source.ts')).openApi(source)(flags, opening),
			};
		}),
		...searchKinds.map((kind): Openable => {
			const outline = searchOutline(kind);
			return {
				name: outline.name, outline, shape: kind === 'server' ? 'either' : 'learned', options: searchOptions(kind),
				hosts: Object.keys(vendors.feishu.hosts),
				open: async (flags, opening) => (await import('../console/open.ts')).openAppLog(kind)(flags, opening),
			};
		}),
	];
}

/** What has this name. @throws UsageError where nothing has */
export function openableNamed(name: string): Openable {
	const all = openables();
	const found = all.find(openable => openable.name === name);
	if (found === undefined)
		throw new UsageError(`the source ${name} is not known here`, {hint: nearestText(name, all.map(openable => openable.name))});
	return found;
}
