import Execution
import Foundations
import Storage

/// The protocol's own contracts as a development chain has them from its first block. The code is what the EIPs state.
enum SystemContractGenesis {
    static var accounts: [GenesisAccount] {
        [
            account(SystemContracts.beaconRoots, beaconRoots),
            account(SystemContracts.historyStorage, historyStorage),
            account(SystemContracts.withdrawalRequests, withdrawalRequests),
            account(SystemContracts.consolidationRequests, consolidationRequests),
        ]
    }

    private static func account(_ address: Address, _ code: [String]) -> GenesisAccount {
        GenesisAccount(address: address, nonce: 1, code: Hex.decode(code.joined()) ?? [])
    }

    /// https://eips.ethereum.org/EIPS/eip-4788
    private static let beaconRoots = [
        "3373fffffffffffffffffffffffffffffffffffffffe14604d57602036146024575f5ffd5b5f35801560495762001fff81069081",
        "5414603c575f5ffd5b62001fff01545f5260205ff35b5f5ffd5b62001fff42064281555f359062001fff015500",
    ]

    /// https://eips.ethereum.org/EIPS/eip-2935
    private static let historyStorage = [
        "3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff8143031160",
        "4257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500",
    ]

    /// https://eips.ethereum.org/EIPS/eip-7002
    private static let withdrawalRequests = [
        "3373fffffffffffffffffffffffffffffffffffffffe1460cb5760115f54807fffffffffffffffffffffffffffffffffffffffff",
        "ffffffffffffffffffffffff146101f457600182026001905f5b5f82111560685781019083028483029004916001019190604d56",
        "5b909390049250505036603814608857366101f457346101f4575f5260205ff35b34106101f45760015460010160015560035480",
        "6003026004013381556001015f35815560010160203590553360601b5f5260385f601437604c5fa0600101600355005b60035460",
        "02548082038060101160df575060105b5f5b8181146101835782810160030260040181604c02815460601b815260140181600101",
        "5481526020019060020154807fffffffffffffffffffffffffffffffff0000000000000000000000000000000016825290601001",
        "9060401c908160381c81600701538160301c81600601538160281c81600501538160201c81600401538160181c81600301538160",
        "101c81600201538160081c81600101535360010160e1565b910180921461019557906002556101a0565b90505f6002555f600355",
        "5b5f54807fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff14156101cd57505f5b600154600282",
        "8201116101e25750505f6101e8565b01600290035b5f555f600155604c025ff35b5f5ffd",
    ]

    /// https://eips.ethereum.org/EIPS/eip-7251
    private static let consolidationRequests = [
        "3373fffffffffffffffffffffffffffffffffffffffe1460d35760115f54807fffffffffffffffffffffffffffffffffffffffff",
        "ffffffffffffffffffffffff1461019a57600182026001905f5b5f82111560685781019083028483029004916001019190604d56",
        "5b9093900492505050366060146088573661019a573461019a575f5260205ff35b341061019a5760015460010160015560035480",
        "6004026004013381556001015f358155600101602035815560010160403590553360601b5f5260605f60143760745fa060010160",
        "0355005b6003546002548082038060021160e7575060025b5f5b8181146101295782810160040260040181607402815460601b81",
        "5260140181600101548152602001816002015481526020019060030154905260010160e9565b910180921461013b579060025561",
        "0146565b90505f6002555f6003555b5f54807fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff14",
        "1561017357505f5b6001546001828201116101885750505f61018e565b01600190035b5f555f6001556074025ff35b5f5ffd",
    ]
}
