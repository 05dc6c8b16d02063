/**
 * A source as the soak asks it.
 * @typedef {object} SoakSource
 * @property {string} name
 * @property {string} job its name in a job
 * @property {readonly string[]} args its subcommand and what it needs
 * @property {string} rules the source that rules name
 * @property {string} id the member of a row that is its id
 * @property {string} time the member that is its time
 * @property {readonly number[]} pageSizes
 * @property {'app' | 'user' | 'console'} signsIn
 * @property {'tokens' | 'totals'} pages
 * @property {string} [console] how the console speaks
 * @property {Readonly<Record<string, string>>} options the same for a job
 */

const namespace = {namespace: 'package_sandbox'};
const app = /** @type {const} */ ({signsIn: 'app'});
const user = /** @type {const} */ ({signsIn: 'user', id: 'log_id', time: 'op_time', pages: 'totals', pageSizes: [7, 20, 100, 1000], options: namespace});

/**
 * @param {string} kind
 * @param {string} console
 * @param {Pick<SoakSource, 'id' | 'time' | 'pages'> & {options?: Record<string, string>}} parts
 * @returns {SoakSource}
 */
const search = (kind, console, {options = {}, ...parts}) => ({
	...parts, name: `${kind} (${console})`, job: `feishu-app-log ${kind}`, rules: `feishu-app-log ${kind}`, console, signsIn: 'console', pageSizes: [5, 20, 50],
	args: ['feishu-app-log', kind], options: {request_profile: `profile-${console}.yaml`, ...options},
});

/** Every source that the exporter has. @type {readonly SoakSource[]} */
export const soakSources = [
	{...app, name: 'feishu-openapi', job: 'feishu-openapi', args: ['feishu-openapi'], rules: 'feishu-openapi', id: 'id', time: 'event_time', pages: 'tokens', pageSizes: [3, 10, 50, 100], options: {}},
	{...app, name: 'trae-openapi', job: 'trae-openapi', args: ['trae-openapi'], rules: 'trae-openapi', id: 'log_id', time: 'operation_time', pages: 'totals', pageSizes: [5, 20, 200], options: {}},
	{...app, name: 'feishu-behavior', job: 'feishu-behavior', args: ['feishu-behavior'], rules: 'feishu-behavior', id: 'unique_id', time: 'event_time', pages: 'tokens', pageSizes: [4, 20, 200], options: {}},
	{...app, name: 'app-log server', job: 'feishu-app-log server', args: ['feishu-app-log', 'server'], rules: 'feishu-openapi', id: 'id', time: 'event_time', pages: 'tokens', pageSizes: [3, 20, 100], options: {}},
	{...user, name: 'feishu-apaas', job: 'feishu-apaas', args: ['feishu-apaas'], rules: 'feishu-apaas'},
	{...user, name: 'feishu-apaas-data-change', job: 'feishu-apaas-data-change', args: ['feishu-apaas-data-change'], rules: 'feishu-apaas-data-change'},
	search('event', 'page', {id: 'id', time: 'pushTime', pages: 'totals'}),
	search('event', 'offset', {id: 'record_id', time: 'ts', pages: 'totals'}),
	search('event', 'cursor', {id: 'id', time: 'occurredAt', pages: 'tokens'}),
	search('client', 'page', {id: 'id', time: 'logTime', pages: 'totals', options: {app_feature: 'web-app'}}),
];

/**
 * The command line of a source's export, without range and output.
 * @param {SoakSource} source
 * @param {string} url
 */
export function commandOf({args, options}, url) {
	return [...args, ...Object.entries(options).flatMap(([name, value]) => [`--${name.replaceAll('_', '-')}`, value]), '--base-url', url];
}
