/*
 * What the program knows of the Open Cybersecurity Schema Framework 1.8.0 (https://schema.ocsf.io/1.8.0/): the classes
 * that its sources' rows fit in, and of their attributes those that are filled.
 */

/** An event class. */
export interface OcsfClass {
	readonly uid: number;
	readonly category: string;
	/** Names of activities by their number, from 1 on. */
	readonly activities: readonly string[];
	/** The attributes without which an event is none of this class. */
	readonly needs: readonly string[];
}

/** Classes by their caption. */
export const ocsfClasses = {
	'API Activity': {
		uid: 6003, category: 'Application Activity', activities: ['Create', 'Read', 'Update', 'Delete'], needs: ['actor', 'api', 'src_endpoint'],
	},
	'Authentication': {uid: 3002, category: 'Identity & Access Management', activities: ['Logon', 'Logoff'], needs: ['user', 'service']},
	'Entity Management': {
		uid: 3004, category: 'Identity & Access Management', activities: ['Create', 'Read', 'Update', 'Delete'], needs: ['entity'],
	},
	'File Hosting Activity': {
		uid: 6006, category: 'Application Activity', needs: ['actor', 'file', 'src_endpoint'],
		activities: [
			'Upload', 'Download', 'Update', 'Delete', 'Rename', 'Copy', 'Move', 'Restore', 'Preview', 'Lock', 'Unlock', 'Share', 'Unshare', 'Open',
		],
	},
} satisfies Record<string, OcsfClass>;

/** What an attribute's value must look like: `method` is one of HTTP. */
export type OcsfType = 'string' | 'integer' | 'ip' | 'email' | 'method';

/** The attributes that a source may fill, dotted, in the order in which they are written. */
export const ocsfAttributes = {
	'status_code': 'string',
	'status_detail': 'string',
	'message': 'string',
	'metadata.event_code': 'string',
	'metadata.tenant_uid': 'string',
	'actor.app_uid': 'string',
	'actor.user.uid': 'string',
	'actor.user.name': 'string',
	'actor.user.email_addr': 'email',
	'user.uid': 'string',
	'user.name': 'string',
	'user.email_addr': 'email',
	'service.uid': 'string',
	'service.name': 'string',
	'entity.uid': 'string',
	'entity.name': 'string',
	'entity.type': 'string',
	'entity.type_id': 'integer',
	'file.name': 'string',
	'file.uid': 'string',
	'file.type': 'string',
	'file.type_id': 'integer',
	'file.owner.uid': 'string',
	'api.operation': 'string',
	'api.response.code': 'integer',
	'api.response.message': 'string',
	'src_endpoint.ip': 'ip',
	'http_request.http_method': 'method',
	'http_request.url.path': 'string',
	'http_request.args': 'string',
	'http_request.referrer': 'string',
	'http_request.user_agent': 'string',
	'http_response.code': 'integer',
} as const satisfies Readonly<Record<string, OcsfType>>;

/** What a call did, by its HTTP method; what a POST did is for its path to say. */
export const methodActivities = {GET: 'Read', HEAD: 'Read', PUT: 'Update', PATCH: 'Update', DELETE: 'Delete'} as const;

/** Of these members an object must have one, or it is left out. */
export const ocsfConstraints: Readonly<Record<string, readonly string[]>> = {
	actor: ['app_uid', 'user'],
	user: ['uid', 'name'],
	owner: ['uid'],
	service: ['uid', 'name'],
	entity: ['uid', 'name'],
	file: ['name'],
	api: ['operation'],
};

/** Where values come from, by attribute: the dotted field of a row, of a list its first entry, or a constant. */
export type OcsfMapping = Readonly<Partial<Record<keyof typeof ocsfAttributes, string | {readonly is: string | number}>>>;

/** Rows that belong to one class. */
export interface OcsfEvents {
	readonly class: keyof typeof ocsfClasses;
	/** Only rows whose field has one of these values. Default: all rows. */
	readonly when?: {readonly field: string; readonly is: readonly string[]};
	/** The field that names the activity, and the class's names for its values; others stay "Other", by their own names. */
	readonly activity: {readonly field: string; readonly names: Readonly<Record<string, string>>};
	readonly attributes: OcsfMapping;
}

/** How the rows of a source become events. */
export interface OcsfDeclaration {
	/** Filled whatever the class is. */
	readonly common?: OcsfMapping;
	/** The first that a row belongs to counts. */
	readonly events?: readonly OcsfEvents[];
}
