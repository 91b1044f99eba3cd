export { createMLKEM768 as createLiboqs } from '@oqs/liboqs-js/kem'
