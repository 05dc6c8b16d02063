import {createPrivateKey, generateKeyPairSync, randomBytes, sign, type KeyObject} from 'node:crypto';
import {isIP} from 'node:net';

/** A certificate and its key, as PEM. */
export interface Certified {
	readonly cert: string;
	readonly key: string;
}

export interface CertificateOptions {
	/** Host names and addresses it is for. Default `localhost`, `127.0.0.1` and `::1`. */
	readonly names?: readonly string[];
	/** Default an hour ago, and in a day. */
	readonly notBefore?: Date;
	readonly notAfter?: Date;
}

/** Who signs certificates. */
export interface Authority extends Certified {
	issue(options?: CertificateOptions): Certified;
}

const HOUR = 3_600_000;

/** A certification authority of its own, made in memory: tests need no other program for TLS. */
export function createAuthority(name = 'Test Authority'): Authority {
	const own = createCertificate({subject: name, authority: true});
	return {...own, issue: options => createCertificate({subject: 'Test Server', issuer: {name, key: createPrivateKey(own.key)}, ...options})};
}

/** A server's certificate that nobody but itself has signed. */
export function selfSigned(options?: CertificateOptions): Certified {
	return createCertificate({subject: 'Test Server', ...options});
}

function createCertificate({subject, issuer, authority = false, names = ['localhost', '127.0.0.1', '::1'], notBefore = new Date(Date.now() - HOUR), notAfter = new Date(Date.now() + 24 * HOUR)}: CertificateOptions & {
	subject: string; issuer?: {name: string; key: KeyObject}; authority?: boolean;
}): Certified {
	const {publicKey, privateKey} = generateKeyPairSync('ec', {namedCurve: 'P-256'});
	const extensions = [
		sequence(objectId('551d13'), boolean(true), octets(authority ? sequence(boolean(true)) : sequence())),
		...(authority ? [] : [sequence(objectId('551d11'), octets(sequence(...names.map(alternativeName))))]),
	];
	const ecdsaWithSha256 = sequence(objectId('2a8648ce3d040302'));
	const signed = sequence(
		der(0xa0, der(0x02, Buffer.from([2]))),
		der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
		ecdsaWithSha256,
		commonName(issuer?.name ?? subject),
		sequence(time(notBefore), time(notAfter)),
		commonName(subject),
		publicKey.export({type: 'spki', format: 'der'}),
		der(0xa3, sequence(...extensions)),
	);
	const signature = sign('sha256', signed, issuer?.key ?? privateKey);
	const certificate = sequence(signed, ecdsaWithSha256, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
	return {
		cert: `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64').replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
		key: privateKey.export({type: 'pkcs8', format: 'pem'}).toString(),
	};
}

/** A value of ASN.1 in its one binary spelling. */
function der(tag: number, content: Buffer): Buffer {
	const length = content.length < 128 ? [content.length] : content.length < 256 ? [0x81, content.length] : [0x82, content.length >> 8, content.length & 0xff];
	return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

const sequence = (...parts: Buffer[]) => der(0x30, Buffer.concat(parts));
const octets = (content: Buffer) => der(0x04, content);
const boolean = (value: boolean) => der(0x01, Buffer.from([value ? 0xff : 0]));
const objectId = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const commonName = (name: string) => sequence(der(0x31, sequence(objectId('550403'), der(0x0c, Buffer.from(name)))));
const time = (date: Date) => der(0x17, Buffer.from(date.toISOString().replaceAll(/^\d\d|[-:T]|\.\d+/g, '')));

function alternativeName(name: string): Buffer {
	if (isIP(name) === 0) return der(0x82, Buffer.from(name));
	return der(0x87, isIP(name) === 4 ? Buffer.from(name.split('.').map(Number)) : Buffer.from(ipv6Hex(name), 'hex'));
}

function ipv6Hex(address: string): string {
	const [left = [], right = []] = address.split('::').map(side => side.split(':').filter(group => group !== ''));
	return [...left, ...Array.from({length: 8 - left.length - right.length}, () => '0'), ...right].map(group => group.padStart(4, '0')).join('');
}
