#!/bin/sh
# Makes the certificates of test/irc/tls.test.ts anew: valid for a century, or long expired. Needs openssl 1.1 or later.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ever='-startdate 20200101000000Z -enddate 21200101000000Z'
past='-startdate 20150101000000Z -enddate 20160101000000Z'
later='-startdate 21000101000000Z -enddate 21200101000000Z'
names='subjectAltName=DNS:localhost,DNS:irc.test,IP:127.0.0.1'

# issue NAME KEY ISSUER ISSUERKEY DATES EXTENSIONS...: ISSUER "self" signs itself.
issue() {
  name=$1 key=$2.key issuer=$3 issuerkey=$4.key dates=$5
  shift 5
  [ -e "$key" ] || openssl ecparam -name prime256v1 -genkey -noout -out "$key"
  openssl req -new -key "$key" -subj "/CN=$name" -out "$work/$name.csr"
  { echo '[x]'; for line in "$@"; do echo "$line"; done; } > "$work/$name.ext"
  : > "$work/index"
  cat > "$work/ca.conf" <<END
[ca]
default_ca=c
[c]
database=$work/index
new_certs_dir=$work
rand_serial=yes
default_md=sha256
policy=p
unique_subject=no
[p]
commonName=supplied
END
  if [ "$issuer" = self ]; then by="-selfsign -keyfile $key"; else by="-cert $issuer.pem -keyfile $issuerkey"; fi
  # shellcheck disable=SC2086
  openssl ca -batch -notext -config "$work/ca.conf" $by $dates -extfile "$work/$name.ext" -extensions x \
    -in "$work/$name.csr" -out "$name.pem" 2> "$work/log" || { cat "$work/log"; exit 1; }
}

issue root root self root "$ever" 'basicConstraints=critical,CA:TRUE'
issue middle middle root root "$ever" 'basicConstraints=critical,CA:TRUE'
issue stranger stranger self stranger "$ever" 'basicConstraints=critical,CA:TRUE'
issue good leaf root root "$ever" "$names"
issue expired leaf root root "$past" "$names"
issue expired-behind-middle leaf middle middle "$past" "$names"
issue expired-stranger leaf stranger stranger "$past" "$names"
issue expired-name leaf root root "$past" 'subjectAltName=DNS:other.test'
issue expired-client leaf root root "$past" "$names" 'extendedKeyUsage=clientAuth'
issue expired-by-leaf leaf good leaf "$past" "$names"
issue future leaf root root "$later" "$names"
issue name leaf root root "$ever" 'subjectAltName=DNS:other.test'
issue self leaf self leaf "$ever" "$names"
issue self-expired leaf self leaf "$past" 'subjectAltName=DNS:other.test'
rm -f root.key middle.key stranger.key
