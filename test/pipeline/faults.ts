import fc from 'fast-check';

/** It is answered with something else, or not at all: it fails in passing, is refused for rate, or for good. */
export type Failure =
	| {readonly kind: 'status'; readonly status: number; readonly body: 'json' | 'html' | 'empty'}
	| {readonly kind: 'internal'; readonly status: number}
	| {readonly kind: 'reset' | 'timeout' | 'html'}
	| {readonly kind: 'limited'; readonly status: number; readonly wait: string | undefined}
	| {readonly kind: 'forbidden' | 'refused' | 'redirect' | 'unknown'};

/** The answer ends early: by itself, or with an error of the connection. `share` of it comes. */
export interface Cut {
	readonly kind: 'cut' | 'broken';
	readonly share: number;
}

/** All tokens issued so far are good no more. */
export interface Revocation {
	readonly kind: 'revoked';
	readonly status: number;
}

/** It is answered wrongly: with another page, a row missing or twice, a wrong total, a token that came before, or an early end. */
export type Lie =
	| {readonly kind: 'again' | 'drop' | 'twice' | 'same-token' | 'no-more'}
	| {readonly kind: 'total'; readonly by: number};

/** What goes wrong with one request. */
export type Fault = Failure | Cut | Revocation | Lie;

/** What a fault means for the run. */
export type FaultClass = 'passing' | 'limit' | 'token' | 'final' | 'lie';

/** The class of a fault. */
export function classOf({kind}: Fault): FaultClass {
	switch (kind) {
		case 'status': case 'internal': case 'reset': case 'timeout': case 'html': case 'cut': case 'broken': return 'passing';
		case 'limited': return 'limit';
		case 'revoked': return 'token';
		case 'forbidden': case 'refused': case 'redirect': case 'unknown': return 'final';
		case 'again': case 'drop': case 'twice': case 'same-token': case 'no-more': case 'total': return 'lie';
	}
}

/** Whether a fault is a wrong answer. */
export function isLie(fault: Fault): fault is Lie {
	return classOf(fault) === 'lie';
}

const share = fc.double({min: 0, max: 0.99, noNaN: true});
const passing: fc.Arbitrary<Failure | Cut> = fc.oneof(
	fc.record({kind: fc.constant('status' as const), status: fc.constantFrom(500, 502, 503, 504, 408), body: fc.constantFrom('json' as const, 'html' as const, 'empty' as const)}),
	fc.record({kind: fc.constant('internal' as const), status: fc.constantFrom(200, 500)}),
	fc.record({kind: fc.constantFrom('reset' as const, 'timeout' as const, 'html' as const)}),
	fc.record({kind: fc.constantFrom('cut' as const, 'broken' as const), share}),
);
const limited: fc.Arbitrary<Failure> = fc.record({
	kind: fc.constant('limited' as const), status: fc.constantFrom(429, 400), wait: fc.constantFrom(undefined, '0', '1', '7', '-3', 'soon', '1.5', '0x10', ''),
});
const revoked: fc.Arbitrary<Revocation> = fc.record({kind: fc.constant('revoked' as const), status: fc.constantFrom(200, 400, 401)});
const final: fc.Arbitrary<Failure> = fc.record({kind: fc.constantFrom('forbidden' as const, 'refused' as const, 'redirect' as const, 'unknown' as const)});
const lie: fc.Arbitrary<Lie> = fc.oneof(
	fc.record({kind: fc.constantFrom('again' as const, 'drop' as const, 'twice' as const, 'same-token' as const, 'no-more' as const)}),
	fc.record({kind: fc.constant('total' as const), by: fc.integer({min: -30, max: 30}).filter(by => by !== 0)}),
);
const arbitraries = {passing, limit: limited, token: revoked, final, lie};

/** A fault at some of the first requests, by their number from 0. */
export type Script = ReadonlyMap<number, Fault>;

/** Scripts of faults of these classes: none, few, or many in a row. */
export function scripts(classes: readonly FaultClass[]): fc.Arbitrary<Script> {
	const fault = fc.oneof(...classes.map(name => arbitraries[name]));
	const few = fc.array(fc.tuple(fc.integer({min: 0, max: 40}), fault), {maxLength: 6});
	const row = fc.tuple(fc.integer({min: 0, max: 12}), fc.array(fault, {maxLength: 9})).map(([at, faults]) => faults.map((one, index): [number, Fault] => [at + index, one]));
	return fc.oneof({arbitrary: fc.constant<Array<[number, Fault]>>([]), weight: 1}, {arbitrary: few, weight: 3}, {arbitrary: row, weight: 2}).map(entries => new Map(entries));
}

/** As `scripts`, without ends that are declared too early: nothing tells those from others. */
export function detectableScripts(classes: readonly FaultClass[]): fc.Arbitrary<Script> {
	return scripts(classes).filter(script => [...script.values()].every(({kind}) => kind !== 'no-more'));
}
