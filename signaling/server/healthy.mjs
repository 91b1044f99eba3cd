/** The health check of the container: exits with 0 if the relay is ready. It follows PORT and TLS like the relay. */

import { request as plain } from 'node:http'
import { request as secure } from 'node:https'

const { PORT = '8000', TLS_CERT = '' } = process.env
const request = TLS_CERT === '' ? plain : secure
// The certificate names another host than this one.
const options = { host: '127.0.0.1', port: PORT, path: '/readyz', timeout: 4000, rejectUnauthorized: false }
const sent = request(options, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1))
sent.on('timeout', () => process.exit(1))
sent.on('error', () => process.exit(1))
sent.end()
