// A bidder as one writes it with Go's standard library: net/http and encoding/json, one struct for the fields that
// decide. Same bodies, same bids as bench/bidder-decision.ts. Usage: peer PORT
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
)

const (
	openCpmMicros = 1800000
	videoSeconds  = 15
	maxBodyBytes  = 1 << 20
)

type deal struct {
	ID       string  `json:"id"`
	Bidfloor float64 `json:"bidfloor"`
}

type size struct {
	W int `json:"w"`
	H int `json:"h"`
}

type imp struct {
	ID     string `json:"id"`
	Banner *struct {
		size
		Format []size `json:"format"`
	} `json:"banner"`
	Video *struct {
		size
		Mimes       []string `json:"mimes"`
		Minduration int      `json:"minduration"`
		Maxduration int      `json:"maxduration"`
	} `json:"video"`
	Bidfloor float64 `json:"bidfloor"`
	Pmp      *struct {
		PrivateAuction int    `json:"private_auction"`
		Deals          []deal `json:"deals"`
	} `json:"pmp"`
}

type bidRequest struct {
	ID  string `json:"id"`
	Imp []imp  `json:"imp"`
}

type bid struct {
	ID      string   `json:"id"`
	Impid   string   `json:"impid"`
	Price   float64  `json:"price"`
	Dealid  string   `json:"dealid,omitempty"`
	Adm     string   `json:"adm"`
	Adomain []string `json:"adomain"`
	Cid     string   `json:"cid"`
	Crid    string   `json:"crid"`
	W       int      `json:"w"`
	H       int      `json:"h"`
	Mtype   int      `json:"mtype"`
}

type seatbid struct {
	Seat string `json:"seat"`
	Bid  []bid  `json:"bid"`
}

type bidResponse struct {
	ID      string    `json:"id"`
	Cur     string    `json:"cur"`
	Seatbid []seatbid `json:"seatbid"`
}

var deals = map[string]int64{}
var bannerSizes = map[size]bool{{300, 250}: true, {728, 90}: true, {320, 50}: true, {160, 600}: true, {970, 250}: true}

func micros(cpm float64) int64 { return int64(math.Round(cpm * 1e6)) }

func fit(i *imp) (size, int, bool) {
	if i.Banner != nil {
		sizes := i.Banner.Format
		if len(sizes) == 0 {
			sizes = []size{i.Banner.size}
		}
		for _, s := range sizes {
			if bannerSizes[s] {
				return s, 1, true
			}
		}
	}
	if i.Video != nil && i.Video.Minduration <= videoSeconds && videoSeconds <= i.Video.Maxduration {
		for _, mime := range i.Video.Mimes {
			if mime == "video/mp4" {
				return i.Video.size, 2, true
			}
		}
	}
	return size{}, 0, false
}

func price(i *imp) (int64, string) {
	var best int64
	var id string
	if i.Pmp != nil {
		for _, d := range i.Pmp.Deals {
			if cpm, known := deals[d.ID]; known && cpm >= micros(d.Bidfloor) && cpm > best {
				best, id = cpm, d.ID
			}
		}
	}
	if best > 0 {
		return best, id
	}
	if (i.Pmp == nil || i.Pmp.PrivateAuction == 0) && openCpmMicros >= micros(i.Bidfloor) {
		return openCpmMicros, ""
	}
	return 0, ""
}

func markup(crid string, s size, mtype int) string {
	if mtype == 1 {
		return fmt.Sprintf(`<a href="https://click.example/c?cr=%s" target="_blank"><img src="https://cdn.example/%s.jpg" width="%d" height="%d" alt="Advertisement"></a><img src="https://track.example/i?cr=%s&p=${AUCTION_PRICE}" width="1" height="1">`, crid, crid, s.W, s.H, crid)
	}
	return fmt.Sprintf(`<VAST version="4.2"><Ad><InLine><AdSystem>bench</AdSystem><Impression><![CDATA[https://track.example/i?cr=%s&p=${AUCTION_PRICE}]]></Impression><Creatives><Creative><Linear><Duration>00:00:15</Duration></Linear></Creative></Creatives></InLine></Ad></VAST>`, crid)
}

func decide(request *bidRequest) []bid {
	var bids []bid
	for at := range request.Imp {
		i := &request.Imp[at]
		s, mtype, fits := fit(i)
		if !fits {
			continue
		}
		cpm, dealid := price(i)
		if cpm == 0 {
			continue
		}
		crid := fmt.Sprintf("creative-%dx%d", s.W, s.H)
		bids = append(bids, bid{request.ID + ":" + i.ID, i.ID, float64(cpm) / 1e6, dealid, markup(crid, s, mtype),
			[]string{"brand.example"}, "campaign-1", crid, s.W, s.H, mtype})
	}
	return bids
}

func handle(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBodyBytes))
	var request bidRequest
	if err != nil || json.Unmarshal(body, &request) != nil || request.ID == "" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	bids := decide(&request)
	if len(bids) == 0 {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	answer, _ := json.Marshal(bidResponse{request.ID, "USD", []seatbid{{"gavotte", bids}}})
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Openrtb-Version", "2.6")
	w.Write(answer)
}

func main() {
	for index := 0; index < 1000; index++ {
		deals[fmt.Sprintf("deal-%d", index)] = int64(1500000 + index*2500)
	}
	http.HandleFunc("/openrtb2/bid/", handle)
	fmt.Fprintln(os.Stderr, http.ListenAndServe("127.0.0.1:"+os.Args[1], nil))
	os.Exit(1)
}
