// For servers of tests on this machine alone: a certificate that nobody trusts, and its key.
// Made by: openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500
//   -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1

export const cert = `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUGabaag2m7Vmati2OdetDelAi1rMwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyODE4NDY1NloYDzIxMjYxMTA0
MTg0NjU2WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQ7OI9YILr7QUkDpTQIZ+z5Po0OrzptbfRsf6Ew/f8zjJ+eawnlnu8I
zgHzWWjZ+dVtMaQNDrKOrca+QH2lKkZ3o28wbTAdBgNVHQ4EFgQUErQkvtRkMVEW
p+gzIPBDgNIxx/0wHwYDVR0jBBgwFoAUErQkvtRkMVEWp+gzIPBDgNIxx/0wDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIhAKxlNIujL9sgzQYS2hZyQohYWxlkcaQBY276dOJlK7lYAiBK
LmcabeWwPM/ORxhTHeeoEpbi+z/KCI8UxxZqZe+GCw==
-----END CERTIFICATE-----
`;

export const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgvuwb8ZhntINX9ELZ
aZGqEmXBQjMY4mWG25EN4ZhOVyShRANCAAQ7OI9YILr7QUkDpTQIZ+z5Po0Orzpt
bfRsf6Ew/f8zjJ+eawnlnu8IzgHzWWjZ+dVtMaQNDrKOrca+QH2lKkZ3
-----END PRIVATE KEY-----
`;
