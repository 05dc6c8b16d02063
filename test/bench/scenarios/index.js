import {apaasRequests} from './apaas-requests.js';
import {archive} from './archive.js';
import {apaasBudget, openapiBudget} from './budget.js';
import {curlAndJq} from './curl-jq.js';
import {formats} from './formats.js';
import {memory} from './memory.js';
import {ndjson} from './ndjson.js';
import {requests} from './requests.js';
import {smallExport} from './small-export.js';
import {startUp} from './start-up.js';

/** Measures one thing against its goals. @typedef {(bench: import('../lib/bench.js').Bench) => Promise<import('../lib/row.js').Row[]>} Scenario */

/** Every scenario by name, in the order of the table. @satisfies {Record<string, Scenario>} */
export const scenarios = {
	'openapi-budget': openapiBudget,
	'apaas-budget': apaasBudget,
	'small-export': smallExport,
	requests,
	ndjson,
	'curl-jq': curlAndJq,
	formats,
	memory,
	'start-up': startUp,
	'apaas-requests': apaasRequests,
	archive,
};
