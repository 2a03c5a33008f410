import { randomBytes, webcrypto } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const name = 'CN=Local Twilio';
const dayMs = 24 * 60 * 60 * 1_000;

/**
 * A certificate authority of this process: its private key is never written anywhere. OpenSSL's strict checks, which
 * Python makes since 3.13, want the key identifiers.
 *
 * @see https://docs.python.org/3/library/ssl.html#ssl.create_default_context
 */
export class CertificateAuthority {
  /** The certificate that clients have to trust, as PEM. */
  readonly pem: string;
  readonly #certificate: X509Certificate;
  readonly #keys: webcrypto.CryptoKeyPair;
  #contexts = new Map<string, Promise<SecureContext>>();

  private constructor(certificate: X509Certificate, keys: webcrypto.CryptoKeyPair) {
    this.#certificate = certificate;
    this.#keys = keys;
    this.pem = `${certificate.toString('pem')}\n`;
  }

  static async create(): Promise<CertificateAuthority> {
    const keys = await newKeys();
    const certificate = await X509CertificateGenerator.createSelfSigned({
      serialNumber: newSerial(),
      name,
      keys,
      signingAlgorithm: algorithm,
      ...validity(),
      extensions: [
        new BasicConstraintsExtension(true, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
        await SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    const authority = new CertificateAuthority(certificate, keys);
    // The first client does not wait for it.
    await authority.contextFor('api.twilio.com');
    return authority;
  }

  /** @returns the certificate for a host and its siblings: `*.dublin.ie1.twilio.com` for `api.dublin.ie1.twilio.com` */
  contextFor(host: string): Promise<SecureContext> {
    const domain = `*.${host.toLowerCase().split('.').slice(1).join('.')}`;
    const known = this.#contexts.get(domain) ?? this.#issue(domain);
    this.#contexts.set(domain, known);
    return known;
  }

  async #issue(domain: string): Promise<SecureContext> {
    const keys = await newKeys();
    const certificate = await X509CertificateGenerator.create({
      serialNumber: newSerial(),
      subject: `CN=${domain}`,
      issuer: this.#certificate.subject,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      signingAlgorithm: algorithm,
      ...validity(),
      extensions: [
        new BasicConstraintsExtension(false),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        new SubjectAlternativeNameExtension([{ type: 'dns', value: domain }]),
        await SubjectKeyIdentifierExtension.create(keys.publicKey),
        await AuthorityKeyIdentifierExtension.create(this.#keys.publicKey),
      ],
    });
    const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
    const key = `-----BEGIN PRIVATE KEY-----\n${der.toString('base64')}\n-----END PRIVATE KEY-----\n`;
    return createSecureContext({ cert: certificate.toString('pem'), key });
  }
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

/** A positive number: its first bit is 0. */
function newSerial(): string {
  return `01${randomBytes(8).toString('hex')}`;
}

/** From a day ago, for machines whose clocks differ. */
function validity(): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() - dayMs), notAfter: new Date(Date.now() + 365 * dayMs) };
}
