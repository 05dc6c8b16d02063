import type {SearchKind} from '../kinds.ts';
import {searchKinds} from '../kinds.ts';
import type {ColumnFact} from './answer.ts';
import {isScalar, spots, type RequestTree} from './request-tree.ts';
import {flat, wordsOf} from './words.ts';

const kindWords: Readonly<Record<SearchKind, RegExp>> = {
	server: /^(?:server|serverside|backend|serverlog|serverlogs|openapi|apilog|apilogs|apicall|invocation|invoke)$/,
	event: /^(?:events?|push|subscribe|deliver(?:y|ies)|pushed|callback|callbacks|eventlog|eventlogs|subscription|subscriptions|webhook)$/,
	client: /^(?:clients?|clientside|frontend|sdk|jssdk|jsapi|clientlog|clientlogs|miniprogram|miniapp|mini|gadget|device|terminal|h5)$/,
};

const kindColumns: Readonly<Record<SearchKind, ReadonlyArray<readonly [RegExp, number]>>> = {
	server: [[/^(?:url|requesturl|requrl|uri|apipath|apiurl|api|apiname|interface|endpoint|path)$/, 2], [/^(?:httpmethod|method|requestmethod)$/, 1], [/^(?:requestid|reqid|logid|xttlogid)$/, 1], [/^(?:errorcode|errcode|statuscode|httpcode)$/, 0.5]],
	event: [[/^(?:eventtype|eventname|eventkey)$/, 3], [/^(?:eventid|eventuuid)$/, 2], [/^(?:pushtime|pushstatus|pushurl|pushresult|callbackurl|retrytimes|retrycount)$/, 2]],
	client: [[/^(?:device|deviceid|devicemodel|devicename|deviceinfo|devicetype|model|os|osversion|platform|terminal)$/, 1.5], [/^(?:lark|feishu|client|app|sdk|jssdk|package|pkg|miniapp|gadget)version$/, 2], [/^(?:appfeature|feature|jsapi|jsapiname|sdkname|apptype)$/, 1.5]],
};

/**
 * Which of the three searches a request is, by the words in its URL and body and by the names of the rows' fields;
 * undefined where nothing tells them apart.
 */
export function findKind(request: RequestTree, columns: readonly ColumnFact[]): SearchKind | undefined {
	const scores: Record<SearchKind, number> = {server: 0, event: 0, client: 0};
	const count = (words: readonly string[], weight: number) => {
		for (const kind of searchKinds) if (words.some(word => kindWords[kind].test(word))) scores[kind] += weight;
	};
	for (const [index, segment] of request.path.entries()) {
		// A prefix names the service, not the search: /openapi/v1/….
		const isPrefix = /^open-?apis?$/i.test(segment) && (index === 0 || /^v\d/.test(request.path[index + 1] ?? ''));
		if (!isPrefix) count([...wordsOf(segment), flat(segment)], 4);
	}
	for (const {place, value} of spots({...request, path: [], header: {}})) {
		if (!isScalar(value)) continue;
		if (typeof value === 'string' && value.length <= 40) count([...wordsOf(value), flat(value)], 3);
		// In a URL this says nothing, as a value it names what was called.
		if (typeof value === 'string' && /^(?:api|apis|call|calls|http)$/i.test(value)) scores.server += 2;
		// A filter by event type says as much as a word in the URL.
		const name = flat(place.at(-1) ?? '');
		if (/^(?:eventtypes?|eventid|eventname)$/.test(name)) scores.event += 1.5;
		if (/^(?:appfeature|feature)$/.test(name)) scores.client += 1.5;
		if (/^(?:requestid|requesturl|apipath)$/.test(name)) scores.server += 1;
	}
	const referer = request.header['referer'];
	if (referer !== undefined && URL.canParse(referer)) count(new URL(referer).pathname.split('/').flatMap(segment => [...wordsOf(segment), flat(segment)]), 1);
	for (const kind of searchKinds) {
		for (const [pattern, weight] of kindColumns[kind]) if (columns.some(({path}) => pattern.test(flat(path.at(-1) ?? '')))) scores[kind] += weight;
	}
	const [first, second] = searchKinds.toSorted((a, b) => scores[b] - scores[a]);
	if (first === undefined || second === undefined || scores[first] < 2 || scores[first] - scores[second] < 1) return undefined;
	return first;
}
