import {openApi} from '../access/open-source.ts';
import {searchOptions} from '../console/options.ts';
import {exportOptions} from '../query/options.ts';
import {searchKinds} from '../sources/app-log-kinds.ts';
import {sources} from '../sources/index.ts';
import type {SourceDefinition} from '../sources/types.ts';
import {vendors} from '../sources/vendors/index.ts';
import type {JobSource} from './jobs/open-job.ts';

/**
 * The source that a job names: an API of its own, or one of the developer console's searches (`feishu-app-log event`).
 * @param name one that the configuration's schema lets through
 */
export async function jobSourceNamed(name: string): Promise<JobSource> {
	const kind = searchKinds.find(search => name === `feishu-app-log ${search}`);
	if (kind !== undefined) {
		const {openAppLog} = await import('../console/open.ts');
		return {open: openAppLog(kind), rows: searchOptions(kind), hosts: Object.keys(vendors.feishu.hosts)};
	}
	const source = Object.values<SourceDefinition>(sources).find(candidate => candidate.name === name);
	if (source === undefined) throw new Error(`no source is called ${name}`);
	const hosts = Object.keys(vendors[source.vendor].hosts);
	return {open: openApi(source), rows: exportOptions(source, hosts), hosts};
}
