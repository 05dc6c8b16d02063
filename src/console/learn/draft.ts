import {UsageError} from '../../base/errors.ts';
import type {SearchKind} from '../../sources/app-log-kinds.ts';
import type {Candidate, Group} from './candidate.ts';
import {isSafeKey, type SecretValues} from './secrets.ts';
import type {LearnFlags} from './flags.ts';
import {findPlace, isScalar, spots, type Place} from './request-tree.ts';
import {canHold, showPlace, type Replacement} from './template.ts';

/** What is being learned of one search: each step adds what it recognised, and what it could not. */
export class Draft {
	readonly kind: SearchKind;
	readonly group: Group;
	readonly best: Candidate;
	readonly flags: LearnFlags;
	readonly secrets: SecretValues;
	readonly replacements: Replacement[] = [];
	/** What was recognised: a label, and what stands there. */
	readonly lines: Array<readonly [label: string, text: string]> = [];
	/** Flags without which the search cannot be asked. */
	readonly missing: Array<{readonly flag: string; readonly why: string}> = [];
	/** What was not found and can be done without, with the flag that supplies it. */
	readonly unknown: string[] = [];
	readonly notes: string[] = [];

	constructor(kind: SearchKind, group: Group, {flags, secrets}: {flags: LearnFlags; secrets: SecretValues}) {
		this.kind = kind;
		this.group = group;
		this.best = group.best;
		this.flags = flags;
		this.secrets = secrets;
	}

	/** Requests of the search in their order, the best one first where it has no time to tell. */
	get members(): readonly Candidate[] {
		return this.group.members;
	}

	/** Every place that is spoken for. */
	get known(): Place[] {
		return this.replacements.map(({place}) => place);
	}

	/** A place in a request or a path in an answer, for messages. */
	show(place: Place): string {
		return showPlace(place, this.secrets);
	}

	/**
	 * The place that a flag names.
	 * @param mayBeNew whether a place is good that no request of the recording has
	 * @throws UsageError where there is none
	 */
	placeOf(flag: string, text: string, mayBeNew = false): Place {
		for (const {exchange} of [this.best, ...this.members]) {
			const place = findPlace(exchange.request, text);
			if (place !== undefined) return place;
		}
		if (mayBeNew && /^(?:query|json|form)\./.test(text) && canHold(this.best.exchange.request, text.split('.'))) return text.split('.');
		const there = [...spots({...this.best.exchange.request, header: {}})].filter(({value}) => isScalar(value))
			.map(({place}) => this.show(place));
		throw new UsageError(`${flag}: the request has no ${text}`, {
			hint: `it has ${there.slice(0, 30).join(', ') || 'no members at all'}`,
		});
	}

	/** Whether a path may stand in a profile and be shown. */
	isSafePath(path: readonly string[]): boolean {
		return path.every(key => isSafeKey(key, this.secrets));
	}
}
