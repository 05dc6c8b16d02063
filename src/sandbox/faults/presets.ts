import type {RuleDocument} from './schema.ts';

/** A named set of rules. */
export interface FaultPreset {
	/** What it is like, and whether an export still completes. */
	readonly summary: string;
	readonly rules: readonly RuleDocument[];
}

/** A rule for each way in which a fault can be done, with its probability. */
function eachWay(fault: string, probabilities: Readonly<Record<string, number>>): RuleDocument[] {
	return Object.entries(probabilities).map(([how, probability]) => ({fault, how, probability}));
}

/** What `--faults` takes beside a file. */
export const presets: Readonly<Record<string, FaultPreset>> = {
	flaky: {
		summary: 'an ordinary bad day: one request in eight fails, trying again helps; exports complete',
		rules: [
			{fault: 'reset', at: 'before', probability: 0.02},
			{fault: 'reset', at: 'headers', probability: 0.01},
			{fault: 'reset', at: 'body', probability: 0.02},
			{fault: 'status', status: 502, probability: 0.02},
			{fault: 'status', status: 503, body: 'empty', probability: 0.01},
			{fault: 'cut-off', probability: 0.01},
			{fault: 'cut-off', framing: 'chunked', probability: 0.01},
			{fault: 'refuse', for: '1s', probability: 0.002},
			{fault: 'hang', for: '2s', probability: 0.02},
		],
	},
	slow: {
		summary: 'answers hang for seconds and come in drips, but they come; exports complete',
		rules: [
			{fault: 'hang', at: 'before', for: '3s', probability: 0.2},
			{fault: 'hang', at: 'headers', for: '1s', probability: 0.1},
			{fault: 'hang', at: 'body', for: '2s', probability: 0.1},
			{fault: 'drip', bytesPerSecond: 20_000, probability: 0.3},
			{fault: 'informational', count: 3, probability: 0.3},
		],
	},
	'rate-storm': {
		summary: 'half of the requests are refused for their rate, the waiting time told in every way; exports complete, slowly',
		rules: [
			{fault: 'rate-limit', headers: 'vendor', probability: 0.2},
			{fault: 'rate-limit', headers: 'none', probability: 0.1},
			{fault: 'rate-limit', headers: 'zero', probability: 0.05},
			{fault: 'rate-limit', headers: 'negative', probability: 0.05},
			{fault: 'rate-limit', headers: 'not-a-number', probability: 0.05},
			{fault: 'rate-limit', headers: 'past', probability: 0.05},
			{fault: 'rate-limit', status: 400, probability: 0.05},
			{fault: 'rate-limit', status: 200, headers: 'none', probability: 0.05},
		],
	},
	'bad-tokens': {
		summary: 'tokens claim to live for two seconds, are revoked and refused now and then; a new one helps, so exports complete',
		rules: [
			{fault: 'token-expires-early', seconds: 2, path: '/auth/', requests: '1-4'},
			{fault: 'token-expires-early', seconds: 'missing', path: '/auth/', requests: '5-'},
			// Far enough from each other that no request meets both: a token that is refused when it is new is a wrong one.
			{fault: 'token-revoked', every: 20},
			{fault: 'token-refused', requests: '11,31,51,71,91'},
		],
	},
	'lying-totals': {
		summary: 'the number of all rows is wrong, moves or is no number; an export says so, or does without',
		rules: eachWay('total', {grows: 0.2, shrinks: 0.2, 'lies-more': 0.2, 'lies-less': 0.2, string: 0.2, missing: 0.2, negative: 0.2}),
	},
	'page-tokens': {
		summary: 'page tokens repeat, go back, expire and end too early; an export says what is wrong rather than lose or repeat rows',
		rules: [
			{fault: 'page-token', how: 'repeats', every: 7},
			{fault: 'page-token', how: 'goes-back', every: 11},
			{fault: 'page-token', how: 'expired', every: 13},
			{fault: 'page-token', how: 'huge', every: 3},
			{fault: 'page-token', how: 'missing-with-more', every: 17},
			{fault: 'page-token', how: 'present-at-end', probability: 0.5},
			{fault: 'page-number', how: 'repeats-the-page', every: 19},
		],
	},
	'hostile-rows': {
		summary: 'rows repeat, change places, lack ids or hold terminal escapes, formulas and times of another century; an export names what it cannot read',
		rules: eachWay('rows', {
			repeated: 0.1, 'repeated-across-pages': 0.1, reordered: 0.1, 'huge-id': 0.05, 'missing-id': 0.05, 'time-in-future': 0.05, 'time-zero': 0.05,
			'time-in-other-unit': 0.05, 'not-an-object': 0.05, proto: 0.1, 'control-characters': 0.2, formulas: 0.2, 'extra-fields': 0.2, 'lone-surrogates': 0.1,
		}),
	},
	redirects: {
		summary: 'every tenth request is sent to another host, in a circle or to a page to sign in; an export stops there, and no token may go along',
		rules: [
			{fault: 'redirect', to: 'other-host', every: 10},
			{fault: 'redirect', to: 'circle', status: 307, every: 13},
			{fault: 'redirect', to: 'relative', status: 308, every: 17},
			{fault: 'redirect', to: 'sign-in', every: 19},
			{fault: 'redirect', to: 'nowhere', every: 23},
		],
	},
	'broken-bodies': {
		summary: 'one answer in six cannot be read: framing, compression, charset or JSON is wrong; exports complete where trying again helps',
		rules: [
			{fault: 'content-length', too: 'short', probability: 0.02},
			{fault: 'content-length', too: 'long', probability: 0.02},
			{fault: 'over-long', extra: 'answer', probability: 0.02},
			{fault: 'gzip-garbage', probability: 0.02},
			{fault: 'gzip-garbage', as: 'damaged', probability: 0.01},
			{fault: 'gzip-cut', probability: 0.02},
			{fault: 'charset', as: 'utf-16', probability: 0.01},
			{fault: 'bom', probability: 0.02},
			{fault: 'not-json', as: 'cut', probability: 0.02},
			{fault: 'not-json', as: 'html', probability: 0.01},
			{fault: 'not-json', as: 'empty', probability: 0.01},
			{fault: 'garbage', as: 'nothing', probability: 0.01},
		],
	},
};
