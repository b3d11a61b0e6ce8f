@main
struct Condor {
    static func main() {
        print("condor")
    }
}
