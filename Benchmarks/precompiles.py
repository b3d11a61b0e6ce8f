#!/usr/bin/env python3
"""Time and price of every precompiled contract, beside C libraries on the same input in the same run.

    make bench            or: Benchmarks/precompiles.py [--json] [--milliseconds N]

Prints ns per call, ns per gas, that as a multiple of ecrecover's, and the time's ratio to the peer: libsecp256k1 (coincurve),
OpenSSL (hashlib, cryptography), GMP (gmpy2), c-kzg with blst (ckzg). BN254 and BLS12-381 have no C peer on PyPI but ckzg.
"""
import argparse
import hashlib
import json
import pathlib
import subprocess
import time

import ckzg
import coincurve
import eth_account
import gmpy2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from py_ecc import optimized_bls12_381 as bls
from py_ecc import optimized_bn128 as bn

CONDOR = pathlib.Path(__file__).resolve().parent.parent / ".build" / "release" / "condor"


def word(value, size=32):
    return int(value).to_bytes(size, "big")


def bn_g1(scalar):
    x, y = bn.normalize(bn.multiply(bn.G1, scalar))
    return word(x) + word(y)


def bn_g2(scalar):
    x, y = bn.normalize(bn.multiply(bn.G2, scalar))
    return b"".join(word(part) for element in (x, y) for part in reversed(element.coeffs))


def bls_g1(scalar):
    x, y = bls.normalize(bls.multiply(bls.G1, scalar))
    return word(x, 64) + word(y, 64)


def bls_g2(scalar):
    x, y = bls.normalize(bls.multiply(bls.G2, scalar))
    return b"".join(word(part, 64) for element in (x, y) for part in element.coeffs)


def scalar(index):
    """A scalar of 255 bits."""
    return int.from_bytes(hashlib.sha256(bytes([index])).digest(), "big") % bls.curve_order


def ecrecover():
    key, digest = coincurve.PrivateKey(word(7)), hashlib.sha256(b"condor").digest()
    signature = key.sign_recoverable(digest, hasher=None)
    return (digest + word(27 + signature[64]) + signature[:64],
            lambda: coincurve.PublicKey.from_signature_and_message(signature, digest, hasher=None))


def p256():
    key, digest = ec.derive_private_key(7, ec.SECP256R1()), hashlib.sha256(b"condor").digest()
    signature = key.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
    public, (r, s) = key.public_key(), utils.decode_dss_signature(signature)
    numbers = public.public_numbers()
    return (digest + word(r) + word(s) + word(numbers.x) + word(numbers.y),
            lambda: public.verify(signature, digest, ec.ECDSA(utils.Prehashed(hashes.SHA256()))))


def modexp(base_size, exponent_size, is_even=False):
    def number(size, salt):
        return (b"\xff" + hashlib.shake_256(salt).digest(size))[:size]
    base, exponent = number(base_size, b"base"), number(exponent_size, b"exponent")
    modulus = int.from_bytes(number(base_size, b"modulus"), "big") & ~1 | (not is_even)
    b, e, m = (gmpy2.mpz(value) for value in (int.from_bytes(base, "big"), int.from_bytes(exponent, "big"), modulus))
    return (word(base_size) + word(exponent_size) + word(base_size) + base + exponent + word(modulus, base_size),
            lambda: gmpy2.powmod(b, e, m))


def kzg():
    folder = pathlib.Path(eth_account.__file__).parent / "typed_transactions" / "blob_transactions"
    setup = ckzg.load_trusted_setup(str(folder / "kzg_trusted_setup.txt"), 0)
    blob = b"".join(word(scalar(index % 256)) for index in range(4096))
    commitment, z = ckzg.blob_to_kzg_commitment(blob, setup), word(scalar(1))
    proof, y = ckzg.compute_kzg_proof(blob, z, setup)
    versioned = b"\x01" + hashlib.sha256(commitment).digest()[1:]
    return versioned + z + y + commitment + proof, lambda: ckzg.verify_kzg_proof(commitment, z, y, proof, setup)


def cases():
    yield "ecrecover", 0x1, *ecrecover()
    data = bytes(range(256)) * 256
    for size in (64, 65536):
        yield f"SHA-256 {size} B", 0x2, data[:size], lambda size=size: hashlib.sha256(data[:size]).digest()
        yield f"RIPEMD-160 {size} B", 0x3, data[:size], None
        yield f"identity {size} B", 0x4, data[:size], None
    for sizes in ((32, 32), (128, 32), (256, 3), (256, 256), (1024, 128), (1024, 1)):
        yield f"modexp {sizes[0]} B ^ {sizes[1]} B", 0x5, *modexp(*sizes)
    yield "modexp 256 B ^ 32 B, even", 0x5, *modexp(256, 32, True)
    yield "BN254 add", 0x6, bn_g1(3) + bn_g1(scalar(1)), None
    yield "BN254 multiply", 0x7, bn_g1(3) + word(2**256 - 1), None
    yield "BN254 pairing, 2 pairs", 0x8, (bn_g1(6) + bn_g2(35)) * 2, None
    yield "BN254 pairing, 8 pairs", 0x8, (bn_g1(6) + bn_g2(35)) * 8, None
    yield "BLAKE2F 100,000 rounds", 0x9, word(100_000, 4) + bytes(208) + b"\x01", None
    yield "KZG point evaluation", 0xA, *kzg()
    points1 = [bls_g1(scalar(index)) for index in range(16)]
    points2 = [bls_g2(scalar(index)) for index in range(4)]
    full = 2**256 - 189
    yield "BLS12-381 G1 add", 0xB, points1[0] + points1[1], None
    for count in (1, 16, 128):
        yield f"BLS12-381 G1 MSM of {count}", 0xC, b"".join(points1[i % 16] + word(full - i) for i in range(count)), None
    yield "BLS12-381 G2 add", 0xD, points2[0] + points2[1], None
    for count in (1, 16, 128):
        yield f"BLS12-381 G2 MSM of {count}", 0xE, b"".join(points2[i % 4] + word(full - i) for i in range(count)), None
    yield "BLS12-381 pairing, 2 pairs", 0xF, (points1[0] + points2[0]) * 2, None
    yield "BLS12-381 pairing, 8 pairs", 0xF, (points1[0] + points2[0]) * 8, None
    yield "BLS12-381 map to G1", 0x10, word(scalar(9), 64), None
    yield "BLS12-381 map to G2", 0x11, word(scalar(8), 64) + word(scalar(9), 64), None
    yield "P256VERIFY", 0x100, *p256()


def condor(address, data, milliseconds):
    out = subprocess.run(
        [CONDOR, "precompile", "--json", "--address", hex(address), "--input", "@-", "--milliseconds", str(milliseconds)],
        input=data.hex(), capture_output=True, text=True)
    result = json.loads(out.stdout)
    if not result["success"]:
        raise SystemExit(f"precompile {address:#x} refused its input")
    return result["nanoseconds"], result["gasUsed"]


def measure(call, milliseconds):
    """Nanoseconds of one call."""
    count, start = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - start) < milliseconds / 1000:
        call()
        count += 1
    return elapsed / count * 1e9


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    parser.add_argument("--milliseconds", type=int, default=300, help="how long each contract repeats (default 300)")
    arguments = parser.parse_args()
    rows = []
    for name, address, data, peer in cases():
        nanoseconds, gas = condor(address, data, arguments.milliseconds)
        row = {"contract": name, "gas": gas, "nanoseconds": nanoseconds, "nanosecondsPerGas": nanoseconds / gas}
        row["perGasToEcrecover"] = row["nanosecondsPerGas"] / (rows or [row])[0]["nanosecondsPerGas"]
        if peer:
            row["timeRatio"] = nanoseconds / measure(peer, arguments.milliseconds)
        rows.append(row)
    if arguments.json:
        print(json.dumps(rows))
        return
    print(f"{'contract':28} {'gas':>10} {'ns':>12} {'ns/gas':>8} {'to ecrecover':>13} {'time/peer':>10}")
    for row in rows:
        ratio = f"{row['timeRatio']:10.2f}" if "timeRatio" in row else f"{'':10}"
        print(f"{row['contract']:28} {row['gas']:10,} {row['nanoseconds']:12,} {row['nanosecondsPerGas']:8.1f} "
              f"{row['perGasToEcrecover']:13.2f} {ratio}")


if __name__ == "__main__":
    main()
