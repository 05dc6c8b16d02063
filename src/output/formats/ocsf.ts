import {isIP} from 'node:net';
import type {AuditRecord} from '../../base/record.ts';
import {UsageError} from '../../base/errors.ts';
import {parseJson} from '../../json/value.ts';
import {decodeString, elements, encodeString, endOfValue, kindAt, locate, skipSpace} from '../../json/text.ts';
import {
	ocsfAttributes, ocsfClasses, ocsfConstraints, type OcsfClass, type OcsfEvents, type OcsfMapping, type OcsfType,
} from '../../sources/ocsf.ts';
import {vendors} from '../../sources/vendors/index.ts';
import {createLabeller} from './labeller.ts';
import type {FormatOptions, Formatter} from './types.ts';

const version = '1.8.0';

const informational = 1;

/** The activity that a class has no number for, and its name stands beside it. */
const otherActivity = 99;

/** Text of at most this many characters is an address. */
const longestIp = 40;

const methods: ReadonlySet<string> = new Set(['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE']);

/** The JSON text of an attribute of this type, or undefined where the value is none. */
const writers: Readonly<Record<OcsfType, (value: string) => string | undefined>> = {
	string: encodeString,
	integer: value => /^-?\d{1,9}$/.test(value) ? String(Number(value)) : undefined,
	ip: value => isIP(value) !== 0 && value.length <= longestIp ? encodeString(value) : undefined,
	email: value => /^[\w.!#$%&'*+\-/=?^`{|}~]+@[a-z\d-]+\.[a-z\d.-]+$/i.test(value) ? encodeString(value) : undefined,
	method: value => methods.has(value) ? encodeString(value) : undefined,
};

/** The value of a row's field as text; undefined where it is missing, null or empty, or neither text, number nor boolean. */
type ReadField = (field: string) => string | undefined;

/** JSON texts by attribute, nested as the event is. */
type Tree = Map<string, string | Tree>;

/**
 * One event of the Open Cybersecurity Schema Framework per line, as the source declares it. A record that belongs to no
 * class, or lacks what its class needs, is a Base Event and counted. `raw_data` holds the whole record.
 * @throws UsageError when the source is not known, and for fields, which events do not have
 */
export function createOcsf({source, fields, language}: FormatOptions): Formatter<string> {
	if (source === undefined) {
		throw new UsageError('--format ocsf: what the fields of this source mean is not known here', {hint: 'write ndjson'});
	}
	if (fields !== undefined) {
		throw new UsageError('--format ocsf takes no --fields: events have the attributes of their class', {hint: 'leave --fields out'});
	}
	const {ocsf = {}, localeMaps = []} = source;
	const localeText = createLabeller('locale-map', language === 'zh' ? 'zh' : 'en');
	const common = attributesOf(ocsf.common ?? {});
	const kinds = (ocsf.events ?? []).map(events => ({events, attributes: [...common, ...attributesOf(events.attributes)]}));
	let baseEvents = 0;
	const eventOf = ({text, id, time, failed}: AuditRecord): string => {
		const read: ReadField = field => {
			const value = firstAt(text, field.split('.'));
			return value === undefined ? undefined : scalarText(localeMaps.includes(field) ? localeText(value) : value);
		};
		const fill = (attributes: readonly Attribute[]) => {
			const tree: Tree = new Map();
			for (const {path, valueOf} of attributes) put(tree, path, valueOf(read));
			prune(tree);
			return tree;
		};
		const kind = kinds.find(({events: {when}}) => when === undefined || when.is.includes(read(when.field) ?? ''));
		const filled = kind === undefined ? undefined : fill(kind.attributes);
		const fits = kind !== undefined && filled !== undefined && ocsfClasses[kind.events.class].needs.every(name => filled.has(name));
		if (!fits) baseEvents++;
		const event: Tree = new Map();
		const {company, title} = vendors[source.vendor];
		const facts: Readonly<Record<string, string | number | undefined>> = {
			...(fits ? classFacts(kind.events, read) : baseFacts),
			// The schema asks for a time where a row has none that can be read.
			'time': time !== undefined && Number.isSafeInteger(Math.floor(time)) ? Math.floor(time) : 0,
			'severity_id': informational,
			...(failed === undefined ? {} : {'status_id': failed ? 2 : 1, 'status': failed ? 'Failure' : 'Success'}),
			'metadata.version': version,
			'metadata.product.name': title,
			'metadata.product.vendor_name': company,
			'metadata.log_name': source.name,
			'metadata.uid': id,
			'metadata.original_time': read(source.time),
		};
		for (const [name, value] of Object.entries(facts)) {
			put(event, name.split('.'), typeof value === 'string' ? encodeString(value) : value?.toString());
		}
		merge(event, fits ? filled : fill(common));
		event.set('raw_data', encodeString(text));
		return written(event);
	};
	return {
		start: () => '',
		write: records => records.map(record => `${eventOf(record)}\n`).join(''),
		end: () => '',
		baseEvents: () => baseEvents,
	};
}

const baseFacts = {activity_id: 0, category_name: 'Uncategorized', category_uid: 0, class_name: 'Base Event', class_uid: 0, type_uid: 0};

function classFacts({class: name, activity}: OcsfEvents, read: ReadField): Record<string, string | number> {
	const {uid, category, activities}: OcsfClass = ocsfClasses[name];
	const value = read(activity.field);
	const known = value === undefined ? 'Unknown' : activity.names[value];
	const activityId = value === undefined ? 0 : activities.indexOf(known ?? '') + 1 || otherActivity;
	return {
		activity_id: activityId, activity_name: known ?? value ?? '', category_name: category, category_uid: Math.floor(uid / 1000),
		class_name: name, class_uid: uid, type_uid: uid * 100 + activityId,
	};
}

/** An attribute of an event, and how its JSON text is made. */
interface Attribute {
	readonly path: readonly string[];
	readonly valueOf: (read: ReadField) => string | undefined;
}

function attributesOf(mapping: OcsfMapping): Attribute[] {
	const given: Readonly<Record<string, OcsfMapping[keyof OcsfMapping]>> = mapping;
	return Object.entries<OcsfType>(ocsfAttributes).flatMap(([name, type]) => {
		const from = given[name];
		if (from === undefined) return [];
		const valueOf = (read: ReadField) => {
			const value = typeof from === 'string' ? read(from) : String(from.is);
			return value === undefined ? undefined : writers[type](value);
		};
		return [{path: name.split('.'), valueOf}];
	});
}

function put(tree: Tree, [name = '', ...rest]: readonly string[], value: string | undefined): void {
	if (value === undefined) return;
	if (rest.length === 0) {
		tree.set(name, value);
		return;
	}
	const found = tree.get(name);
	const below: Tree = found instanceof Map ? found : new Map();
	tree.set(name, below);
	put(below, rest, value);
}

function merge(tree: Tree, other: Tree): void {
	for (const [name, value] of other) {
		const there = tree.get(name);
		if (there instanceof Map && value instanceof Map) merge(there, value);
		else tree.set(name, value);
	}
}

/** Takes out objects that lack what makes them one. */
function prune(tree: Tree): void {
	for (const [name, below] of tree) {
		if (!(below instanceof Map)) continue;
		prune(below);
		if (below.size === 0 || ocsfConstraints[name]?.some(member => below.has(member)) === false) tree.delete(name);
	}
}

function written(tree: Tree): string {
	return `{${[...tree].map(([name, value]) => `"${name}":${value instanceof Map ? written(value) : value}`).join(',')}}`;
}

/** The JSON text of the value at a path: of a list its first entry, and in a text that is JSON what stands there. */
function firstAt(text: string, path: readonly string[]): string | undefined {
	let value: string | undefined = text;
	for (const key of path) {
		if (value === undefined) return undefined;
		let holder: string = value;
		if (kindAt(holder, 0) === 'array') {
			let first = '';
			elements(holder, 0, start => {
				const end = endOfValue(holder, start);
				if (first === '') first = holder.slice(start, end);
				return end;
			});
			holder = first;
		} else if (kindAt(holder, 0) === 'string') {
			const inner = decodeString(holder, 0, holder.length);
			if (parseJson(inner) === undefined) return undefined;
			holder = inner.slice(skipSpace(inner, 0));
		}
		const span = locate(holder, [key]);
		value = span === undefined ? undefined : holder.slice(span.start, span.end);
	}
	return value;
}

function scalarText(value: string): string | undefined {
	const kind = kindAt(value, 0);
	if (value === 'null' || value === '""') return undefined;
	if (kind === 'string') return decodeString(value, 0, value.length);
	return kind === 'scalar' ? value : undefined;
}
