import {searchKinds} from '../app-log/kinds.ts';
import type {JobSource} from '../jobs/open-job.ts';
import {sources} from '../sources/index.ts';
import type {SourceDefinition} from '../sources/types.ts';
import {vendors} from '../vendors/index.ts';
import {searchOptions} from './app-log-options.ts';
import {exportOptions} from './export-options.ts';
import {openApi} from './opened-source.ts';

/**
 * The source that a job names: an API of its own, or one of the developer console's searches (`feishu-app-log event`).
 * @param name one that the configuration's schema lets through
 */
export async function jobSourceNamed(name: string): Promise<JobSource> {
	const kind = searchKinds.find(search => name === `feishu-app-log ${search}`);
	if (kind !== undefined) {
		const {openAppLog} = await import('../app-log/open.ts');
		return {open: openAppLog(kind), rows: searchOptions(kind), hosts: Object.keys(vendors.feishu.hosts)};
	}
	const source = Object.values<SourceDefinition>(sources).find(candidate => candidate.name === name);
	if (source === undefined) throw new Error(`no source is called ${name}`);
	const hosts = Object.keys(vendors[source.vendor].hosts);
	return {open: openApi(source), rows: exportOptions(source, hosts), hosts};
}
